import type { GraphBuilder, Reals, Value } from "../graph/index.ts";
import { at, type Shape, sizeOf } from "../tensor/index.ts";
import { formula } from "./formula.ts";
import { reduceMean } from "./reduce.ts";

/** All axes but the channels, which are axis 1. */
export function allButChannels(shape: Shape): number[] {
  return [...shape.keys()].filter((axis) => axis !== 1);
}

/** The shape of one number a channel that broadcasts with a tensor of `shape`. */
export function channelShape(shape: Shape): number[] {
  return shape.map((size, axis) => (axis === 1 ? size : 1));
}

/** The mean and the (biased) variance of `count` numbers of `data`, each found by its place. */
export function momentsOf(data: Reals["data"], count: number, place: (i: number) => number) {
  let [mean, variance] = [0, 0];
  for (let i = 0; i < count; i++) mean += at(data, place(i)) / count;
  for (let i = 0; i < count; i++) variance += (at(data, place(i)) - mean) ** 2 / count;
  return { mean, variance };
}

/** A tensor normalized over some axes, and what its gradient needs. */
interface Normalized {
  readonly xHat: Value;
  readonly invStd: Value;
  readonly axes: readonly number[];
}

/** (x - mean) / sqrt(variance + epsilon), mean and variance being taken over `axes`. */
export function normalize(g: GraphBuilder, X: Value, axes: readonly number[], epsilon: number): Normalized {
  const f = formula(g, X);
  const centered = f.sub(X, g.op(reduceMean, [X, g.int64s(...axes)]));
  const variance = g.op(reduceMean, [f.mul(centered, centered), g.int64s(...axes)]);
  const invStd = f.div(1, f.sqrt(f.add(variance, epsilon)));
  return { xHat: f.mul(centered, invStd), invStd, axes };
}

/** The gradient of `normalize`: (d - mean of d - xHat mean of (d xHat)) / sqrt(variance + epsilon) */
export function normalizeGrad(g: GraphBuilder, dXHat: Value, { xHat, invStd, axes }: Normalized): Value {
  const f = formula(g, dXHat);
  const mean = (value: Value) => g.op(reduceMean, [value, g.int64s(...axes)]);
  const rest = f.sub(f.sub(dXHat, mean(dXHat)), f.mul(xHat, mean(f.mul(dXHat, xHat))));
  return f.mul(rest, invStd);
}

/** The number of elements over `axes`. */
export function countOver(shape: Shape, axes: readonly number[]): number {
  return sizeOf(axes.map((axis) => at(shape, axis)));
}
