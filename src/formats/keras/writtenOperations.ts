// Layers of ours that Keras has as operations, as its files hold them.
import type {
  ClipOptions,
  ElementwiseOperation,
  Layer,
  LayerOptions,
  LayerType,
  ReduceOperation,
  ReduceOptions,
  SliceOptions,
} from "../../layers/index.ts";
import type { JsonRecord } from "./json.ts";

export interface WrittenOperation {
  /** Of `keras.src.ops`. */
  readonly module: "numpy" | "nn" | "math";
  readonly className: string;
  readonly config: JsonRecord;
  /** After the tensors. */
  readonly args: readonly unknown[];
}

type Place = Pick<WrittenOperation, "module" | "className"> & Partial<WrittenOperation>;

const operation = (place: Place): WrittenOperation => ({ config: {}, args: [], ...place });

const ELEMENTWISE: Readonly<Record<ElementwiseOperation, Place>> = {
  abs: { module: "numpy", className: "Absolute" },
  square: { module: "numpy", className: "Square" },
  sqrt: { module: "numpy", className: "Sqrt" },
  rsqrt: { module: "math", className: "Rsqrt" },
  reciprocal: { module: "numpy", className: "Reciprocal" },
  log: { module: "numpy", className: "Log" },
  sin: { module: "numpy", className: "Sin" },
  cos: { module: "numpy", className: "Cos" },
  erf: { module: "math", className: "Erf" },
  geluTanh: { module: "nn", className: "Gelu", config: { approximate: true } },
};

const REDUCE: Readonly<Record<ReduceOperation, Place>> = {
  mean: { module: "numpy", className: "Mean" },
  sum: { module: "numpy", className: "Sum" },
  max: { module: "numpy", className: "Max" },
  min: { module: "numpy", className: "Min" },
  prod: { module: "numpy", className: "Prod" },
  logSumExp: { module: "math", className: "Logsumexp" },
};

type Options<T extends LayerOptions> = Omit<T, keyof LayerOptions>;

function clip({ min = null, max = null }: { readonly min?: number | null; readonly max?: number | null }) {
  if (max === null) return operation({ module: "numpy", className: "Maximum", args: [min] });
  if (min === null) return operation({ module: "numpy", className: "Minimum", args: [max] });
  return operation({ module: "numpy", className: "Clip", config: { x_min: min, x_max: max } });
}

function slice({ begin = [], end = [], strides = [] }: Options<SliceOptions>): WrittenOperation {
  const part = (start: number | null, stop: number | null, step: number | null) => ({
    class_name: "__slice__",
    config: { start, stop, step },
  });
  const count = Math.max(begin.length, end.length, strides.length);
  const parts = Array.from({ length: count }, (_, i) =>
    part(begin[i] ?? null, end[i] ?? null, strides[i] === 1 ? null : (strides[i] ?? null)),
  );
  return operation({ module: "numpy", className: "GetItem", args: [[part(null, null, null), ...parts]] });
}

/** The axes are written even where they are the default: Keras's is another. */
function reduce(options: Options<ReduceOptions>, rank: number): WrittenOperation {
  const { axis, keepdims = false } = options;
  const axes = axis ?? Array.from({ length: rank }, (_, i) => i + 1);
  return operation({ ...REDUCE[options.operation], config: { axis: axes, keepdims } });
}

/** The layers that are operations in a file of Keras. */
export type OperationType = Extract<LayerType, "elementwise" | "power" | "clip" | "divide" | "reduce" | "slice">;

/** By the type of a layer. The options are those that the layer checked when it was made. */
const WRITERS: Readonly<Record<OperationType, (config: never, rank: number) => WrittenOperation>> = {
  elementwise: (config: { readonly operation: ElementwiseOperation }) => operation(ELEMENTWISE[config.operation]),
  power: ({ exponent }: { readonly exponent: number }) =>
    operation({ module: "numpy", className: "Power", args: [exponent] }),
  clip: (config: Options<ClipOptions>) => clip(config),
  divide: () => operation({ module: "numpy", className: "TrueDivide" }),
  reduce,
  slice: (config: Options<SliceOptions>) => slice(config),
};

export const OPERATION_TYPES: readonly string[] = Object.keys(WRITERS);

/**
 * How a file of Keras holds a layer of ours that is an operation there.
 * @param rank of its input, without the batch
 */
export function writtenOperation({ type, config }: Layer, rank = 0): WrittenOperation | undefined {
  return isOperation(type) ? WRITERS[type](config as never, rank) : undefined;
}

function isOperation(type: string): type is OperationType {
  return Object.hasOwn(WRITERS, type);
}
