import type { GraphBuilder, Value } from "../graph/index.ts";
import { clip, formula, mul, reduceSum } from "../ops/index.ts";

/** x / max(|x|, least), |x| being the Euclidean norm over some axes of the graph; no gradient grows beyond bounds at 0. */
export function unitVectors(g: GraphBuilder, x: Value, axes: readonly number[], least: number): Value {
  const f = formula(g, x);
  const squares = g.op(reduceSum, [g.op(mul, [x, x]), g.int64s(...axes)]);
  return f.div(x, f.sqrt(g.op(clip, [squares, g.scalar(x, least ** 2)])));
}
