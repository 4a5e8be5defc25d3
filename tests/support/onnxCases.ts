// ONNX's own backend cases: those that Debian has as libonnx-testdata, and the newest ones, which the onnx package makes.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import type { Engine } from "#striate/engine/index";
import { StriateError } from "#striate/errors";
import { GraphBuilder, type Value } from "#striate/graph/index";
import { instantiate, type OnnxModel, parseOnnx } from "#striate/onnx/index";
import { ModelProtoSchema, TensorProtoSchema } from "#striate/onnx/onnx_pb";
import { readTensor } from "#striate/onnx/read/tensors";
import { isFloat, sameShape, type Tensor, toNumbers, typeText } from "#striate/tensor/index";

/** Where Debian's package puts them. */
const FOLDER = "/usr/share/libonnx-testdata/data";
const KINDS = ["node", "simple", "pytorch-converted", "pytorch-operator", "real"];

/** What assert_allclose gets for them in ONNX's own runner. */
const [RELATIVE, ABSOLUTE] = [1e-3, 1e-7];

/** The names of all cases, `node/test_relu` for one; none without the package. */
export function onnxCases(): string[] {
  if (!existsSync(FOLDER)) return [];
  return KINDS.flatMap((kind) =>
    readdirSync(`${FOLDER}/${kind}`)
      .toSorted()
      .map((name) => `${kind}/${name}`),
  );
}

/** A model, and what it makes of what; tensors as the bytes of TensorProto. */
export interface CaseFiles {
  readonly model: Uint8Array;
  readonly sets: readonly { readonly inputs: readonly Uint8Array[]; readonly outputs: readonly Uint8Array[] }[];
}

/** Where `make_onnx_cases.py` puts the newest cases, unless STRIATE_ONNX_CASES says where. */
export const NEWEST_FOLDER =
  process.env.STRIATE_ONNX_CASES ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "striate", "onnx-cases-1.23.2");

/** The names of the newest cases, `test_relu` for one; none where they were not made. */
export function newestCases(): string[] {
  return existsSync(NEWEST_FOLDER) ? readdirSync(NEWEST_FOLDER).toSorted() : [];
}

/** The files of a case: of the package, unless another folder of cases is given. */
export function readCase(name: string, cases = FOLDER): CaseFiles {
  const folder = `${cases}/${name}`;
  const sets = readdirSync(folder).filter((entry) => entry.startsWith("test_data_set_"));
  return {
    model: readFileSync(`${folder}/model.onnx`),
    sets: sets.map((set) => {
      const files = readdirSync(`${folder}/${set}`);
      const read = (kind: string) =>
        files.filter((file) => file.startsWith(kind)).map((_, i) => readFileSync(`${folder}/${set}/${kind}_${i}.pb`));
      return { inputs: read("input"), outputs: read("output") };
    }),
  };
}

/**
 * Runs a case on an engine and compares every output with the one that ONNX wants. Fails by throwing.
 * @returns how many of its nodes were left to the engine, all others being computed while the graph was built
 */
export async function runCase(name: string, { model: bytes, sets }: CaseFiles, engine: Engine): Promise<number> {
  const model = parseOnnx(bytes, { name });
  const types = elementTypes(bytes);
  let nodes = 0;
  for (const { inputs, outputs } of sets) {
    const read = (data: Uint8Array | undefined, value: string) =>
      readData(data ?? new Uint8Array(), types.get(value), `${name}: ${value}`);
    const wanted = model.outputs.map((output, i) => read(outputs[i], output));
    const given = new Map(model.inputs.map((input, i) => [input.name, read(inputs[i], input.name)]));
    nodes += await runSet(model, engine, given, wanted);
  }
  return nodes;
}

const [UINT16, BFLOAT16] = [4, 16];

/** ONNX's numbers for the types of inputs and outputs. */
function elementTypes(bytes: Uint8Array): Map<string, number | undefined> {
  const { graph } = fromBinary(ModelProtoSchema, bytes);
  const values = [...(graph?.input ?? []), ...(graph?.output ?? [])];
  return new Map(values.map(({ name, type }) => [name, type?.tensorType?.elemType]));
}

/** The data have bfloat16 as their bits, in uint16, which NumPy has and bfloat16 it has not. */
function readData(data: Uint8Array, type: number | undefined, where: string): Tensor {
  const proto = fromBinary(TensorProtoSchema, data);
  if (type === BFLOAT16 && proto.dataType === UINT16) proto.dataType = BFLOAT16;
  return readTensor(proto, where);
}

async function runSet(
  model: OnnxModel,
  engine: Engine,
  given: ReadonlyMap<string, Tensor>,
  wanted: readonly Tensor[],
): Promise<number> {
  const { graph, feeds } = build(model, given);
  const executable = await engine.compile(graph);
  try {
    const results = await executable.run(feeds);
    for (const [i, name] of model.outputs.entries()) compare(results[name], wanted[i], name);
  } finally {
    await executable.close();
  }
  return graph.nodes.length;
}

/**
 * The graph of a case. Shapes are static in Striate, so what a shape depends on must be known before a run: where that
 * is so, the inputs of integers, then all but the first, then all of them are constants.
 */
function build(model: OnnxModel, given: ReadonlyMap<string, Tensor>) {
  const [first] = given.keys();
  const rules: ((name: string, tensor: Tensor) => boolean)[] = [
    () => false,
    (name, { dtype }) => name !== first && !isFloat(dtype),
    (name) => name !== first,
    () => true,
  ];
  let failure: unknown;
  for (const isConstant of rules) {
    const g = new GraphBuilder("case");
    const feeds: Record<string, Tensor> = {};
    const values = new Map<string, Value>();
    for (const [name, tensor] of given) {
      if (isConstant(name, tensor)) values.set(name, g.constant(tensor));
      else {
        values.set(name, g.input(name, tensor.dtype, tensor.shape));
        feeds[name] = tensor;
      }
    }
    try {
      for (const [name, value] of instantiate(model, g, values)) g.output(name, value);
      return { graph: g.build(), feeds };
    } catch (error) {
      failure ??= error;
      if (!(error instanceof StriateError) || !error.message.includes("shapes are static")) break;
    }
  }
  throw failure;
}

function compare(actual: Tensor | undefined, wanted: Tensor | undefined, name: string): void {
  if (!actual || !wanted) throw new Error(`output ${name} is missing`);
  if (actual.dtype !== wanted.dtype || !sameShape(actual.shape, wanted.shape)) {
    throw new Error(`output ${name} is ${typeText(actual)}, wanted ${typeText(wanted)}`);
  }
  const [numbers, right] = [toNumbers(actual), toNumbers(wanted)];
  const odd = right.findIndex((want, i) => !isClose(numbers[i] ?? Number.NaN, want));
  if (odd >= 0) throw new Error(`output ${name}: element ${odd} is ${numbers[odd]}, wanted ${right[odd]}`);
}

function isClose(got: number, want: number): boolean {
  return Object.is(got, want) || got === want || Math.abs(got - want) <= ABSOLUTE + RELATIVE * Math.abs(want);
}
