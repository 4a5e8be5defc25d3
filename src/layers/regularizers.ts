import { checkOptions, finiteNumber, valueText } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { GraphBuilder, Value } from "../graph/index.ts";
import { abs, add, formula, matMul, mul, reduceSum, transposeBy } from "../ops/index.ts";
import { at } from "../tensor/index.ts";
import { unknownChoice } from "./options.ts";
import { unitVectors } from "./unitVectors.ts";

/** What large weights cost in training: l1 times the sum of |w|, and l2 times the sum of w^2. */
export interface ElasticNet {
  readonly l1: number;
  readonly l2: number;
}

/** What rows or columns of a matrix cost that are not orthogonal to each other. */
export interface Orthogonality {
  readonly factor: number;
  readonly mode: "rows" | "columns";
}

/** One of Python code, of which a file has the name alone: the layer predicts, and does not train. */
export interface ForeignRegularizer {
  readonly foreign: string;
}

/** What large weights cost in training: made by `l1`, `l2`, `l1L2` or `orthogonal`. */
export type Regularizer = ElasticNet | Orthogonality | ForeignRegularizer;

/** The name of a regularizer, with Keras's defaults. */
export type RegularizerName = "l1" | "l2" | "l1L2" | "orthogonal";

/** Keras's default factor. */
const FACTOR = 0.01;

/** l1 times the sum of |w|, as Keras's L1: it pulls weights to 0. Default 0.01. */
export function l1(factor = FACTOR): ElasticNet {
  return { l1: finiteNumber("l1", "factor", factor, { least: 0 }), l2: 0 };
}

/** l2 times the sum of w^2, as Keras's L2: weight decay. Default 0.01. */
export function l2(factor = FACTOR): ElasticNet {
  return { l1: 0, l2: finiteNumber("l2", "factor", factor, { least: 0 }) };
}

/** Both, as Keras's L1L2. Each is 0 unless given. */
export function l1L2(options: Partial<ElasticNet> = {}): ElasticNet {
  checkOptions("l1L2", options, { l1: true, l2: true });
  const { l1 = 0, l2 = 0 } = options;
  return {
    l1: finiteNumber("l1L2", "l1", l1, { least: 0 }),
    l2: finiteNumber("l1L2", "l2", l2, { least: 0 }),
  };
}

/**
 * factor times the mean of |cosine| over all pairs of rows (or columns) of a matrix, as Keras's OrthogonalRegularizer. For
 * weights with two axes, such as the kernel of `dense`.
 * @param options.factor default 0.01
 * @param options.mode `rows` (default) or `columns`
 */
export function orthogonal(options: Partial<Orthogonality> = {}): Orthogonality {
  checkOptions("orthogonal", options, { factor: true, mode: true });
  const { factor = FACTOR, mode = "rows" } = options;
  if (mode !== "rows" && mode !== "columns") {
    throw new StriateError("usage", `orthogonal: mode must be rows or columns, received ${valueText(mode)}`);
  }
  return { factor: finiteNumber("orthogonal", "factor", factor, { least: 0 }), mode };
}

const NAMED: Readonly<Record<RegularizerName, Regularizer>> = {
  l1: l1(),
  l2: l2(),
  l1L2: l1L2({ l1: FACTOR, l2: FACTOR }),
  orthogonal: orthogonal(),
};

/**
 * A regularizer as an option gives it: nothing when it costs nothing.
 * @throws StriateError `usage` for an unknown name or a factor below 0.
 */
export function regularizer(layer: string, given: RegularizerName | Regularizer | undefined): Regularizer | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === "string") {
    if (Object.hasOwn(NAMED, given)) return NAMED[given];
    throw unknownChoice(layer, "regularizer", given, Object.keys(NAMED));
  }
  if ("foreign" in given) return given;
  if ("mode" in given) return orthogonal(given).factor === 0 ? undefined : given;
  const { l1, l2 } = l1L2(given);
  return l1 === 0 && l2 === 0 ? undefined : { l1, l2 };
}

/** Adds what a weight costs: a scalar. @throws StriateError `usage` for a regularizer that is Python code */
export function penalty(g: GraphBuilder, weight: Value, regularizer: Regularizer): Value {
  if ("foreign" in regularizer) {
    throw new StriateError(
      "usage",
      `${weight.name}: its regularizer ${regularizer.foreign} is Python code, which is never run, so it cannot be trained ` +
        "as in Keras; it predicts. To train it, save the model from Python without that regularizer",
    );
  }
  if ("mode" in regularizer) return orthogonalPenalty(g, weight, regularizer);
  const terms: readonly (readonly [number, () => Value])[] = [
    [regularizer.l1, () => g.op(abs, [weight])],
    [regularizer.l2, () => g.op(mul, [weight, weight])],
  ];
  return terms
    .filter(([factor]) => factor > 0)
    .map(([factor, size]) => {
      const sum = g.op(reduceSum, [size()], { keepdims: 0 });
      return g.op(mul, [sum, g.scalar(sum, factor)]);
    })
    .reduce((a, b) => g.op(add, [a, b]));
}

/** The cosines of all pairs are the products of the matrix of unit vectors with itself; the diagonal does not count. */
function orthogonalPenalty(g: GraphBuilder, weight: Value, { factor, mode }: Orthogonality): Value {
  const rows = mode === "rows" ? weight : transposeBy(g, weight, [1, 0]);
  const count = at(rows.shape, 0);
  const unit = unitVectors(g, rows, [1], 1e-7);
  const cosines = g.op(abs, [g.op(matMul, [unit, transposeBy(g, unit, [1, 0])])]);
  const apart = Array.from({ length: count ** 2 }, (_, i) => (i % (count + 1) === 0 ? 0 : 1));
  const sum = g.op(reduceSum, [g.op(mul, [cosines, g.numbers(weight.dtype, [count, count], apart)])], { keepdims: 0 });
  return formula(g, weight).mul(sum, count < 2 ? 0 : factor / (count * (count - 1)));
}
