// Keras's operations in functional models (x * 0.5, ops.mean(x, axis=1), x[:, 1:]) as layers of ours.

import type {
  ActivationName,
  ElementwiseOperation,
  Layer,
  ReduceOperation,
  SymbolicTensor,
} from "../../layers/index.ts";
import * as layers from "../../layers/index.ts";
import { Misfit, shown } from "./codec.ts";
import { isRecord, type JsonRecord } from "./json.ts";
import { type Constant, OperationArguments } from "./operationArguments.ts";
import {
  concatenated,
  expanded,
  move,
  padded,
  permuted,
  pooled,
  reshaped,
  sliced,
  split,
  stacked,
  swap,
  transposition,
} from "./operationShapes.ts";

interface Operation {
  /** The names of the arguments by place. */
  readonly parameters: readonly string[];
  readonly apply: (given: OperationArguments) => SymbolicTensor | readonly SymbolicTensor[];
}

const unary = (apply: (x: SymbolicTensor, given: OperationArguments) => SymbolicTensor): Operation => ({
  parameters: ["x"],
  apply: (given) => apply(given.tensor("x"), given),
});

const isTensor = (operand: SymbolicTensor | Constant): operand is SymbolicTensor => "call" in operand;

/** A constant as our layers take it: one number, or one for each place along the last axis. */
function alongLastAxis({ shape, numbers }: Constant): number | readonly number[] {
  const [only] = numbers;
  if (numbers.length === 1 && only !== undefined) return only;
  if (shape.slice(0, -1).every((size) => size === 1)) return numbers;
  throw new Misfit(`has a constant of the shape ${shown(shape)}; Striate takes one number, or one for each channel`);
}

const mapped = (numbers: number | readonly number[], f: (number: number) => number) =>
  typeof numbers === "number" ? f(numbers) : numbers.map(f);

/** What to do with a constant on the right, and on the left of a tensor. */
interface WithConstant {
  right(x: SymbolicTensor, constant: number | readonly number[], name: string): SymbolicTensor;
  left?(x: SymbolicTensor, constant: number | readonly number[], name: string): SymbolicTensor;
}

function binary(
  merge: (options: { readonly name: string }) => Layer,
  { right, left = right }: WithConstant,
): Operation {
  return {
    parameters: ["x1", "x2"],
    apply: (given) => {
      const { name } = given;
      const [a, b] = [given.operand("x1"), given.operand("x2")];
      if (isTensor(a) && isTensor(b)) {
        if (a.shape.length === b.shape.length) return merge({ name })([a, b]);
        throw new Misfit(`broadcasts ${shown(a.shape)} with ${shown(b.shape)}, whose axes differ in number`);
      }
      if (isTensor(a) && !isTensor(b)) return right(a, alongLastAxis(b), name);
      if (isTensor(b) && !isTensor(a)) return left(b, alongLastAxis(a), name);
      throw new Misfit("is called on no tensor of the model");
    },
  };
}

const one = (constant: number | readonly number[]): number => {
  if (typeof constant === "number") return constant;
  throw new Misfit("takes one number here, and has several");
};

const divideBy = binary(layers.divide, {
  right: (x, by, name) => layers.rescaling({ name, scale: mapped(by, (number) => 1 / number) })(x),
  left: (x, over, name) => layers.rescaling({ name, scale: over })(layers.elementwise({ operation: "reciprocal" })(x)),
});

const activation = (word: ActivationName): Operation =>
  unary((x, { name }) => layers.activation({ name, activation: word })(x));

const elementwise = (operation: ElementwiseOperation): Operation =>
  unary((x, { name }) => layers.elementwise({ name, operation })(x));

/** The axes of a reduction. @throws Misfit where the batch is among them */
function reducedAxes(x: SymbolicTensor, given: OperationArguments): number | readonly number[] {
  const axes = given.axes("axis");
  const [only] = axes ?? [];
  const isBatch = (axis: number) => axis === 0 || axis === -x.shape.length - 1;
  if (axes === undefined || only === undefined || axes.some(isBatch)) {
    throw new Misfit("reduces over the examples of a batch, which a net does not mix");
  }
  return typeof given.value("axis") === "number" ? only : axes;
}

const reduction = (operation: ReduceOperation): Operation =>
  unary((x, given) => {
    const axis = reducedAxes(x, given);
    return layers.reduce({ name: given.name, operation, axis, keepdims: given.value("keepdims") === true })(x);
  });

/** The mean of the squared distances from the mean. */
function variance(x: SymbolicTensor, given: OperationArguments, name?: string): SymbolicTensor {
  const axis = reducedAxes(x, given);
  const mean = layers.reduce({ operation: "mean", axis, keepdims: true })(x);
  const squares = layers.elementwise({ operation: "square" })(layers.subtract()([x, mean]));
  const keepdims = given.value("keepdims") === true;
  return layers.reduce({ operation: "mean", axis, keepdims, ...(name === undefined ? {} : { name }) })(squares);
}

const identity = activation("linear");

const OPERATIONS: Readonly<Record<string, Operation>> = {
  Add: binary(layers.add, { right: (x, offset, name) => layers.rescaling({ name, scale: 1, offset })(x) }),
  Subtract: binary(layers.subtract, {
    right: (x, less, name) => layers.rescaling({ name, scale: 1, offset: mapped(less, (number) => -number) })(x),
    left: (x, offset, name) => layers.rescaling({ name, scale: -1, offset })(x),
  }),
  Multiply: binary(layers.multiply, { right: (x, scale, name) => layers.rescaling({ name, scale })(x) }),
  Divide: divideBy,
  TrueDivide: divideBy,
  Maximum: binary(layers.maximum, { right: (x, min, name) => layers.clip({ name, min: one(min) })(x) }),
  Minimum: binary(layers.minimum, { right: (x, max, name) => layers.clip({ name, max: one(max) })(x) }),
  Power: {
    parameters: ["x1", "x2"],
    apply: (given) => {
      const exponent = given.operand("x2");
      if (isTensor(exponent)) throw new Misfit("has a tensor for exponent; Striate takes a number");
      return layers.power({ name: given.name, exponent: one(alongLastAxis(exponent)) })(given.tensor("x1"));
    },
  },
  Negative: unary((x, { name }) => layers.rescaling({ name, scale: -1 })(x)),
  Clip: unary((x, given) => {
    const bound = (key: string) => (given.value(key) === null ? undefined : given.number(key, 0));
    const [min, max] = [bound("x_min"), bound("x_max")];
    const bounds = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
    return layers.clip({ name: given.name, ...bounds })(x);
  }),
  Absolute: elementwise("abs"),
  Abs: elementwise("abs"),
  Fabs: elementwise("abs"),
  Square: elementwise("square"),
  Sqrt: elementwise("sqrt"),
  Rsqrt: elementwise("rsqrt"),
  Reciprocal: elementwise("reciprocal"),
  Log: elementwise("log"),
  Sin: elementwise("sin"),
  Cos: elementwise("cos"),
  Erf: elementwise("erf"),
  Exp: activation("exponential"),
  Relu: activation("relu"),
  Relu6: activation("relu6"),
  Sigmoid: activation("sigmoid"),
  Tanh: activation("tanh"),
  Softplus: activation("softplus"),
  Softsign: activation("softsign"),
  Silu: activation("silu"),
  HardSigmoid: activation("hardSigmoid"),
  HardSilu: activation("hardSwish"),
  Selu: activation("selu"),
  Elu: unary((x, given) => layers.elu({ name: given.name, alpha: given.number("alpha", 1) })(x)),
  LeakyRelu: unary((x, given) => {
    return layers.leakyReLU({ name: given.name, negativeSlope: given.number("negative_slope", 0.2) })(x);
  }),
  Gelu: unary((x, given) => {
    const { name } = given;
    if (given.value("approximate") !== false) return layers.elementwise({ name, operation: "geluTanh" })(x);
    return layers.activation({ name, activation: "gelu" })(x);
  }),
  Softmax: unary((x, given) => {
    const [axis = -1, ...others] = given.axes("axis") ?? [];
    if (others.length > 0) throw new Misfit("normalizes over several axes");
    return layers.softmax({ name: given.name, axis })(x);
  }),
  LogSoftmax: unary((x, given) => {
    const [axis = -1, ...others] = given.axes("axis") ?? [];
    if (others.length > 0 || (axis !== -1 && axis !== x.shape.length)) {
      throw new Misfit(`normalizes over axis ${axis}; Striate's log softmax does over the last`);
    }
    return layers.activation({ name: given.name, activation: "logSoftmax" })(x);
  }),
  Mean: reduction("mean"),
  Average: reduction("mean"),
  Sum: reduction("sum"),
  Max: reduction("max"),
  Amax: reduction("max"),
  Min: reduction("min"),
  Amin: reduction("min"),
  Prod: reduction("prod"),
  Logsumexp: reduction("logSumExp"),
  Var: unary((x, given) => variance(x, given, given.name)),
  Std: unary((x, given) => layers.elementwise({ name: given.name, operation: "sqrt" })(variance(x, given))),
  Cast: unary((x, given) => {
    const type = given.value("dtype");
    if (typeof type !== "string" || !type.includes("float")) throw new Misfit(`makes ${shown(type)} of its input`);
    return layers.activation({ name: given.name, activation: "linear" })(x);
  }),
  Copy: identity,
  ConvertToTensor: identity,
  Concatenate: { parameters: ["xs"], apply: concatenated },
  Stack: { parameters: ["x"], apply: stacked },
  Split: { parameters: ["x"], apply: split },
  GetItem: { parameters: ["x", "key"], apply: sliced },
  Reshape: unary(reshaped),
  ExpandDims: unary((x, given) => expanded(x, given, true)),
  Squeeze: unary((x, given) => expanded(x, given, false)),
  Transpose: unary((x, given) => permuted(x, given, transposition(given, x.shape.length + 1))),
  Swapaxes: unary((x, given) => permuted(x, given, swap(given, x.shape.length + 1))),
  Moveaxis: unary((x, given) => permuted(x, given, move(given, x.shape.length + 1))),
  Pad: unary(padded),
  MaxPool: { parameters: ["inputs"], apply: (given) => pooled(given, layers.maxPooling2d) },
  AveragePool: { parameters: ["inputs"], apply: (given) => pooled(given, layers.averagePooling2d) },
};

export function isKnownOperation(className: string): boolean {
  return Object.hasOwn(OPERATIONS, className);
}

/**
 * The tensors that an operation gives.
 * @param args what it is called on, with the model's tensors in it
 * @throws Misfit where Striate does not have it
 */
export function applyOperation(
  { className, name, config }: { readonly className: string; readonly name: string; readonly config: JsonRecord },
  args: readonly unknown[],
  kwargs: JsonRecord,
): readonly SymbolicTensor[] {
  const operation = isKnownOperation(className) ? OPERATIONS[className] : undefined;
  if (!operation) throw new Misfit(`has an operation ${className}, which Striate does not have`);
  const given = new OperationArguments(name, operation.parameters, args, { ...config, ...kwargs });
  const outputs = operation.apply(given);
  given.checkUsed();
  return layers.listOf(outputs);
}

/** A structure with other things in some places of it. */
export function replaced(value: unknown, by: (value: unknown) => unknown): unknown {
  const other = by(value);
  if (other !== undefined) return other;
  if (Array.isArray(value)) return value.map((element) => replaced(element, by));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, replaced(inside, by)]));
}
