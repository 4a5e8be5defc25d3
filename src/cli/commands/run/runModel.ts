import type { Engine } from "../../../engine/index.ts";
import { StriateError } from "../../../errors.ts";
import { encodeNpz, kindOfFile, readArrays, readOnnxFile, writeFileAtomic } from "../../../formats/index.ts";
import { GraphBuilder } from "../../../graph/index.ts";
import { instantiate } from "../../../onnx/index.ts";
import { asFloat32, type Tensor, typeText } from "../../../tensor/index.ts";
import { predictOutputs } from "../../../training/index.ts";
import type { Context } from "../../context.ts";
import { defined } from "../../defined.ts";
import { DONE } from "../../exitCodes.ts";
import { anyModel, isFile } from "../../models/anyModel.ts";
import { openEngine } from "../../openEngine.ts";
import { checkNotOverRead } from "../../results/overwriting.ts";
import type { RunFlags } from "./flags.ts";

type Arrays = Readonly<Record<string, Tensor>>;

/** `striate run`: any model on named arrays. */
export async function runModel(context: Context<RunFlags>): Promise<number> {
  const { args, flags, output } = context;
  const [what = ""] = args;
  const { inputs: from, outputs: path, maxBytes } = flags;
  if (from === undefined || path === undefined) {
    throw new StriateError("usage", "run needs --inputs IN.npz and --outputs OUT.npz");
  }
  await checkNotOverRead([path], [from, what], "--outputs");
  const arrays = Object.fromEntries(await readArrays(from, defined({ maxBytes })));
  const run = (await isOnnx(what)) ? runOnnx : runLayers;
  const outputs = await run(what, arrays, await openEngine(context, flags), context);
  await writeFileAtomic(path, await encodeNpz(new Map(Object.entries(outputs))));
  output.result(
    { outputs: path, arrays: Object.fromEntries(Object.entries(outputs).map(([name, { shape }]) => [name, shape])) },
    [`${path}:`, ...Object.entries(outputs).map(([name, tensor]) => `  ${name} ${typeText(tensor)}`)].join("\n"),
  );
  return DONE;
}

async function isOnnx(what: string): Promise<boolean> {
  return (await isFile(what)) && (await kindOfFile(what)) === "onnx";
}

/** An ONNX file as it is: inputs of any type, and every dimension as the arrays have it. */
async function runOnnx(
  path: string,
  arrays: Arrays,
  engine: Engine,
  { flags: { maxBytes } }: Context<RunFlags>,
): Promise<Arrays> {
  const file = readOnnxFile(path, defined({ maxBytes }));
  const g = new GraphBuilder(file.name);
  const inputNames = file.inputs.map(({ name }) => name);
  const feeds = byName(arrays, inputNames, path);
  const values = Object.entries(feeds).map(([name, { dtype, shape }]) => [name, g.input(name, dtype, shape)] as const);
  for (const [name, value] of instantiate(file, g, new Map(values))) g.output(name, value);
  const executable = await engine.compile(g.build());
  try {
    return await executable.run(feeds);
  } finally {
    await executable.close();
  }
}

async function runLayers(
  what: string,
  arrays: Arrays,
  engine: Engine,
  { flags: { inputShape, maxBytes }, signal }: Context<RunFlags>,
): Promise<Arrays> {
  const model = await anyModel(what, defined({ inputShape, maxBytes }), { trained: true });
  const named = byName(arrays, model.inputNames, what);
  const inputs = Object.fromEntries(Object.entries(named).map(([name, tensor]) => [name, asFloat32(tensor)]));
  return predictOutputs(model, inputs, { engine, signal });
}

/** The arrays by the names of the inputs; a single one need not have the name. */
function byName(arrays: Arrays, names: readonly string[], what: string): Arrays {
  const [name, ...others] = names;
  const [array, ...more] = Object.values(arrays);
  if (name !== undefined && array && others.length === 0 && more.length === 0) return { [name]: array };
  const received = Object.keys(arrays);
  if (received.length === names.length && names.every((each) => Object.hasOwn(arrays, each))) return arrays;
  throw new StriateError("shape", `${what} takes ${names.join(", ")}; the arrays are ${received.join(", ") || "none"}`);
}
