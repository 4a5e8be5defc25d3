import type { Node, Value } from "../../graph/index.ts";
import { toNumbers } from "../../tensor/index.ts";

/** What is known of the values before a node. */
export interface Known {
  /** Examples in a batch. */
  readonly batch: number;
  /** Values [batch, ...] of which each row is computed from the same row of the inputs. */
  readonly rows: ReadonlySet<Value>;
}

type Rule = (node: Node, known: Known) => boolean;

/** The axes that a node works along, from an attribute or a constant input; `undefined` where they are not known. */
function axesOf(node: Node, place?: number): readonly number[] | undefined {
  const rank = node.inputs[0]?.shape.length ?? 0;
  const { axis, axes } = node.attributes;
  const input = place === undefined ? undefined : node.inputs[place];
  const given =
    input?.constant !== undefined
      ? toNumbers(input.constant)
      : typeof axis === "number"
        ? [axis]
        : Array.isArray(axes)
          ? (axes as readonly number[])
          : undefined;
  return given && Array.from(given, (one) => (one < 0 ? one + rank : one));
}

/** The first input has the rows, and nothing is moved or added up across them. */
const firstInput: Rule = ({ inputs: [data, ...others] }, { rows }) =>
  data !== undefined && rows.has(data) && !others.some((other) => other && rows.has(other));

const alongOthers =
  (place?: number): Rule =>
  (node, known) => {
    const axes = axesOf(node, place);
    return firstInput(node, known) && axes !== undefined && axes.length > 0 && !axes.includes(0);
  };

/** Broadcasting lines up the last axes; what is the same for all examples must not differ from row to row. */
const elementwise: Rule = ({ inputs, outputs: [output] }, { rows }) =>
  inputs.every((input) => {
    if (!input) return true;
    const sameRank = input.shape.length === output?.shape.length;
    return rows.has(input) ? sameRank : !sameRank || input.shape[0] === 1;
  });

const concat: Rule = (node, { rows }) =>
  node.inputs.every((input) => input && rows.has(input)) && axesOf(node)?.[0] !== 0;

const transpose: Rule = (node, known) => {
  const { perm } = node.attributes;
  return firstInput(node, known) && Array.isArray(perm) && perm[0] === 0;
};

/** A product of matrices for each example, or of the rows with one matrix. */
const matMul: Rule = ({ inputs: [a, b], outputs: [output] }, { rows }) => {
  if (!a || !b) return false;
  const rank = output?.shape.length ?? 0;
  const isStack = (value: Value) => value.shape.length === rank && rank > 2;
  const isSame = (value: Value) => value.shape.length < rank || value.shape[0] === 1;
  if (rows.has(a) && rows.has(b)) return isStack(a) && isStack(b);
  if (rows.has(a)) return a.shape.length === rank && ((rank === 2 && b.shape.length === 2) || isSame(b));
  return isStack(b) && isSame(a);
};

const gemm: Rule = ({ inputs: [a, b, c], attributes }, { rows }) => {
  const isRow = c === undefined || rows.has(c) || c.shape.length < 2 || c.shape[0] === 1;
  return a !== undefined && rows.has(a) && !(b && rows.has(b)) && !attributes.transA && isRow;
};

const named = (rule: Rule, ...ops: readonly string[]) => ops.map((op) => [op, rule] as const);

/** By op: whether its outputs, which are [batch, ...], have rows that depend on the same rows alone. What is not here mixes them. */
const RULES: ReadonlyMap<string, Rule> = new Map([
  ...named(elementwise, "Add", "Sub", "Mul", "Div", "Pow", "Mod", "Max", "Min", "Sum", "Mean", "Where", "PRelu"),
  ...named(elementwise, "Neg", "Abs", "Sign", "Floor", "Ceil", "Exp", "Log", "Sqrt", "Erf", "Round", "RoundThrough"),
  ...named(elementwise, "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh"),
  ...named(elementwise, "Relu", "Sigmoid", "Tanh", "LeakyRelu", "Elu", "Selu", "HardSigmoid", "HardSwish", "Softplus"),
  ...named(elementwise, "Softsign", "Gelu", "Cast", "Identity", "Not", "And", "Or", "IsNaN", "IsInf"),
  ...named(elementwise, "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"),
  ...named(firstInput, "Clip", "Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool", "GlobalAveragePool"),
  ...named(
    firstInput,
    "GlobalMaxPool",
    "GlobalLpPool",
    "BatchNormalization",
    "InstanceNormalization",
    "LRN",
    "Dropout",
  ),
  // That the first axis keeps its length says that it is left alone.
  ...named(firstInput, "DepthToSpace", "SpaceToDepth", "Resize", "Reshape", "Flatten", "Squeeze", "Unsqueeze"),
  ...named(firstInput, "Expand", "Tile", "Pad"),
  ...named(alongOthers(), "Softmax", "LogSoftmax", "LayerNormalization", "Split", "Gather", "TopK", "ArgMax", "ArgMin"),
  ...named(alongOthers(1), "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2"),
  ...named(alongOthers(1), "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp", "CumSum"),
  ...named(alongOthers(3), "Slice"),
  ...named(concat, "Concat"),
  ...named(transpose, "Transpose"),
  ...named(matMul, "MatMul"),
  ...named(gemm, "Gemm"),
]);

/** Whether each row of a node's outputs depends on the same row of its inputs alone. */
export function keepsRows(node: Node, known: Known): boolean {
  const inBatches = [...node.inputs.filter((input) => input && known.rows.has(input)), ...node.outputs];
  return inBatches.every((value) => value?.shape[0] === known.batch) && (RULES.get(node.op)?.(node, known) ?? false);
}
