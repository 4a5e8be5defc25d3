import { type Engine, selectEngine } from "../../../engine/index.ts";
import { StriateError } from "../../../errors.ts";
import { encodeNpz, kindOfFile, readArrays, readOnnxFile, writeFileAtomic } from "../../../formats/index.ts";
import { GraphBuilder } from "../../../graph/index.ts";
import { instantiate } from "../../../onnx/index.ts";
import { asFloat32, type Tensor, typeText } from "../../../tensor/index.ts";
import { predictOutputs } from "../../../training/index.ts";
import type { Call, Values } from "../../command.ts";
import { defined } from "../../defined.ts";
import { anyModel, isFile } from "../../models/anyModel.ts";
import { checkNotOverRead } from "../../results/overwriting.ts";
import { DONE } from "../../terminal/output.ts";
import type { RunFlags } from "./flags.ts";

type Arrays = Readonly<Record<string, Tensor>>;

/** `striate run`: any model on named arrays. */
export async function runModel({ args, flags, output, signal }: Call<RunFlags>): Promise<number> {
  const [what = ""] = args;
  const { inputs, outputs: path, inputShape, maxBytes, ...where } = flags;
  if (inputs === undefined || path === undefined) {
    throw new StriateError("usage", "run needs --inputs IN.npz and --outputs OUT.npz");
  }
  await checkNotOverRead([path], [inputs, what], "--outputs");
  const given = Object.fromEntries(await readArrays(inputs, defined({ maxBytes })));
  const run = (await isOnnx(what)) ? runOnnx : runLayers;
  const engine = await selectEngine(defined(where));
  try {
    const made = await run(what, given, engine, { ...defined({ inputShape, maxBytes }), signal });
    await writeFileAtomic(path, await encodeNpz(new Map(Object.entries(made))));
    output.result(
      { outputs: path, arrays: Object.fromEntries(Object.entries(made).map(([name, t]) => [name, t.shape])) },
      [`${path}:`, ...Object.entries(made).map(([name, tensor]) => `  ${name} ${typeText(tensor)}`)].join("\n"),
    );
    return DONE;
  } finally {
    await engine.close();
  }
}

async function isOnnx(what: string): Promise<boolean> {
  return (await isFile(what)) && (await kindOfFile(what)) === "onnx";
}

/** An ONNX file as it is: inputs of any type, and every dimension as the arrays have it. */
async function runOnnx(
  path: string,
  given: Arrays,
  engine: Engine,
  { maxBytes }: Pick<Values<RunFlags>, "maxBytes">,
): Promise<Arrays> {
  const file = readOnnxFile(path, defined({ maxBytes }));
  const g = new GraphBuilder(file.name);
  const named = byName(
    given,
    file.inputs.map(({ name }) => name),
    path,
  );
  const values = Object.entries(named).map(([name, { dtype, shape }]) => [name, g.input(name, dtype, shape)] as const);
  for (const [name, value] of instantiate(file, g, new Map(values))) g.output(name, value);
  const executable = await engine.compile(g.build());
  try {
    return await executable.run(named);
  } finally {
    await executable.close();
  }
}

async function runLayers(
  what: string,
  given: Arrays,
  engine: Engine,
  {
    inputShape,
    maxBytes,
    signal,
  }: Pick<Values<RunFlags>, "inputShape" | "maxBytes"> & { readonly signal: AbortSignal },
): Promise<Arrays> {
  const model = await anyModel(what, defined({ inputShape, maxBytes }), { trained: true });
  const named = byName(given, model.inputNames, what);
  const inputs = Object.fromEntries(Object.entries(named).map(([name, tensor]) => [name, asFloat32(tensor)]));
  return predictOutputs(model, inputs, { engine, signal });
}

/** The arrays by the names of the inputs; a single one need not have the name. */
function byName(given: Arrays, names: readonly string[], what: string): Arrays {
  const [name, ...others] = names;
  const [array, ...more] = Object.values(given);
  if (name !== undefined && array && others.length === 0 && more.length === 0) return { [name]: array };
  const missing = names.filter((own) => !Object.hasOwn(given, own));
  const unknown = Object.keys(given).filter((own) => !names.includes(own));
  if (missing.length === 0 && unknown.length === 0) return given;
  throw new StriateError(
    "shape",
    `${what} takes ${names.join(", ")}; the arrays are ${Object.keys(given).join(", ") || "none"}`,
  );
}
