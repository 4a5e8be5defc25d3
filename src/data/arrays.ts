import { platform } from "#platform";
import { checkOptions, type OptionNames } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { hex } from "../platform/index.ts";
import { divideBytes } from "../simd/divideBytes.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import { type DType, type Tensor, typeText } from "../tensor/tensor.ts";
import type { Dataset, Named, SingleInputDataset } from "./dataset.ts";
import { classLabels, knownClasses, labelsIn } from "./labels.ts";
import { weighted } from "./weighted.ts";

/** What `arrays` takes. */
export interface ArraysOptions {
  /**
   * The examples, [n, ...one example]: uint8 pictures, which are scaled to 0..1 when they are read (x / 255 in
   * float32), or float32, which stays as it is. Kept, not copied: leave its data alone afterwards.
   */
  readonly inputs: Tensor;
  /**
   * Class labels, one for each example (plain numbers, or a tensor uint8, int32 or int64 [n]) or for each pixel (a tensor
   * [n, height, width]), or float32 [n, ...] for anything else: one-hot classes, numbers to predict.
   */
  readonly targets: Tensor | ArrayLike<number>;
  /** What each example counts in the loss, as Keras's sample_weight: a number of at least 0 for each. Default: 1 each. */
  readonly sampleWeights?: ArrayLike<number>;
  /** The number of classes; default: as many as there are class names, else not known. */
  readonly classes?: number;
  readonly classNames?: readonly string[];
  /** Whether uint8 pictures are scaled to 0..1, the default; with false they keep 0..255, as Keras's arrays do. */
  readonly scale?: boolean;
}

/** Examples for a model with several inputs or outputs: the same number of rows under each name. */
export interface NamedArraysOptions {
  readonly inputs: Named<Tensor>;
  /** By the names of the outputs; a single tensor is the target of all of them. */
  readonly targets: ArraysOptions["targets"] | Named<Tensor>;
  /** What each example counts in the loss. Default: 1 each. */
  readonly sampleWeights?: ArrayLike<number>;
  /** The number of classes where the targets are labels. */
  readonly classes?: number;
  readonly classNames?: readonly string[];
}

const NAMED: OptionNames<NamedArraysOptions> = {
  inputs: true,
  targets: true,
  sampleWeights: true,
  classes: true,
  classNames: true,
};

/**
 * A data set in memory.
 * @throws StriateError `data` where inputs and targets differ in number, have a type that cannot be read, are empty,
 * or where a label is not an integer within the classes
 */
export function arrays(options: ArraysOptions): SingleInputDataset;
export function arrays(options: NamedArraysOptions): Dataset;
export function arrays(options: ArraysOptions | NamedArraysOptions): Dataset {
  checkOptions("arrays", options as ArraysOptions, { ...NAMED, scale: true });
  if (isSingle(options)) return singleInput(options);
  checkOptions("arrays of named inputs", options, NAMED);
  return namedArrays(options);
}

/** One data set for each name, read side by side. */
function namedArrays({ inputs, targets, sampleWeights, ...classes }: NamedArraysOptions): Dataset {
  const names = Object.entries(inputs);
  const [[, first] = []] = names;
  if (!first) throw new StriateError("data", "inputs: a data set needs at least one input");
  const rows = first.shape[0] ?? 0;
  const own = isNamed(targets) ? Object.entries(targets) : [];
  const unlabelled = new Uint8Array(rows);
  const sources = names.map(([name, tensor]) => [name, singleInput({ inputs: tensor, targets: unlabelled })] as const);
  const answers = own.map(([name, tensor]) => [name, singleInput({ inputs: first, targets: tensor })] as const);
  const shared = isNamed(targets) ? undefined : singleInput({ inputs: first, targets, ...classes });
  const known = knownClasses(classes);
  const named: Dataset = {
    length: rows,
    inputShape: Object.fromEntries(sources.map(([name, { inputShape }]) => [name, inputShape])),
    ...known,
    fresh: true,
    versions: 1,
    labels: () => shared?.labels?.(),
    async read(indices) {
      const read: Record<string, Tensor<"float32">> = {};
      for (const [name, source] of sources) read[name] = (await source.read(indices)).inputs;
      if (shared) return { inputs: read, targets: (await shared.read(indices)).targets };
      const said: Record<string, Tensor> = {};
      for (const [name, source] of answers) said[name] = (await source.read(indices)).targets;
      return { inputs: read, targets: said };
    },
  };
  return sampleWeights ? weighted(named, sampleWeights) : named;
}

function singleInput(options: ArraysOptions): SingleInputDataset {
  const { inputs } = options;
  const length = inputs.shape[0] ?? 0;
  const inputShape = inputs.shape.slice(1);
  if (sizeOf(inputs.shape) === 0 || inputs.shape.length === 0) {
    throw new StriateError("data", `inputs: a data set needs examples, [n, ...one example]; got ${typeText(inputs)}`);
  }
  const gatherInputs = inputGatherer(inputs, options.scale ?? true);
  const known = knownClasses(options);
  const targets = targetTensor(options.targets, known.classes);
  const count = targets.shape[0] ?? 0;
  if (count !== length) {
    throw new StriateError(
      "data",
      `${length} inputs (${typeText(inputs)}) came with ${count} targets; give one for each`,
    );
  }
  const { sampleWeights, ...rest } = options;
  const plain: SingleInputDataset = {
    length,
    inputShape,
    ...known,
    fresh: true,
    versions: 1,
    labels: () => labelsIn(targets),
    describe: () => ({ kind: "arrays", options: shareable(rest) }),
    signatures: () =>
      Promise.all(
        Array.from({ length }, async (_, row) => {
          const { data } = gatherInputs([row]);
          const hash = await platform.hash("sha256", new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
          return `${hex(hash)} ${gatherRows(targets, [row]).data.join()}`;
        }),
      ),
    read(indices) {
      checkIndices(indices, length);
      return { inputs: gatherInputs(indices), targets: gatherRows(targets, indices) };
    },
  };
  return sampleWeights ? weighted(plain, sampleWeights) : plain;
}

/** The same in memory that worker threads share, so that it is there once; copied when it is first asked for. */
function shareable(options: ArraysOptions): ArraysOptions {
  const known = SHARED.get(options);
  if (known) return known;
  // Browsers have such memory only in pages that are cut off from other sites.
  if (typeof SharedArrayBuffer === "undefined") return options;
  const { data } = options.inputs;
  const memory = new SharedArrayBuffer(data.byteLength);
  new Uint8Array(memory).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const make = data.constructor as new (memory: SharedArrayBuffer) => Tensor["data"];
  const shared = { ...options, inputs: { ...options.inputs, data: new make(memory) } as Tensor };
  SHARED.set(options, shared);
  return shared;
}

const SHARED = new WeakMap<ArraysOptions, ArraysOptions>();

function inputGatherer(inputs: Tensor, scale: boolean): (indices: ArrayLike<number>) => Tensor<"float32"> {
  if (isType(inputs, "uint8")) return (indices) => gatherBytes(inputs, indices, scale ? 255 : 1);
  if (isType(inputs, "float32")) return (indices) => gatherRows(inputs, indices);
  throw new StriateError("data", `inputs are pictures in uint8, or float32; got ${typeText(inputs)}`);
}

function gatherBytes({ shape, data }: Tensor<"uint8">, indices: ArrayLike<number>, divisor: number): Tensor<"float32"> {
  const rowShape = shape.slice(1);
  const size = sizeOf(rowShape);
  const out = new Float32Array(indices.length * size);
  for (let row = 0; row < indices.length; row++) {
    const from = (indices[row] ?? 0) * size;
    divideBytes(data.subarray(from, from + size), divisor, out, row * size);
  }
  return { dtype: "float32", shape: [indices.length, ...rowShape], data: out };
}

function gatherRows<D extends "float32" | "int32">(source: Tensor<D>, indices: ArrayLike<number>): Tensor<D> {
  const rowShape: Shape = source.shape.slice(1);
  const size = sizeOf(rowShape);
  const { data } = source as Tensor<"float32" | "int32">;
  const out =
    data instanceof Float32Array ? new Float32Array(indices.length * size) : new Int32Array(indices.length * size);
  for (let row = 0; row < indices.length; row++) {
    const from = (indices[row] ?? 0) * size;
    if (size === 1) out[row] = data[from] ?? 0;
    else out.set(data.subarray(from, from + size), row * size);
  }
  return { dtype: source.dtype, shape: [indices.length, ...rowShape], data: out as Tensor<D>["data"] };
}

function targetTensor(targets: ArraysOptions["targets"], classes: number | undefined): Tensor<"float32" | "int32"> {
  if (!isTensor(targets)) return classLabels(targets, classes, "targets");
  if (isType(targets, "float32") && targets.shape.length > 0) return targets;
  if (["uint8", "int32", "int64"].includes(targets.dtype)) {
    if (targets.shape.length > 0) {
      return { ...classLabels(targets.data, classes, "targets"), shape: targets.shape };
    }
  }
  throw new StriateError("data", `targets are class labels (uint8, int32, int64) or float32; got ${typeText(targets)}`);
}

function isTensor(value: ArraysOptions["targets"]): value is Tensor {
  return "dtype" in value;
}

function isSingle(options: ArraysOptions | NamedArraysOptions): options is ArraysOptions {
  return "dtype" in options.inputs && typeof options.inputs.dtype === "string";
}

function isNamed(targets: NamedArraysOptions["targets"]): targets is Named<Tensor> {
  return !("length" in targets) && typeof targets.dtype !== "string";
}

function isType<D extends DType>(value: Tensor, dtype: D): value is Tensor<D> {
  return value.dtype === dtype;
}

function checkIndices(indices: ArrayLike<number>, length: number): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (index === undefined || !Number.isInteger(index) || index < 0 || index >= length) {
      throw new StriateError(
        "usage",
        `index ${index} is outside a data set of ${length} examples (0 to ${length - 1})`,
      );
    }
  }
}
