import type { GraphBuilder, Reals, Value } from "../graph/index.ts";
import { interpret } from "../ops/index.ts";
import { at } from "../tensor/index.ts";
import { gradients } from "./gradients.ts";

/** How far a gradient rule is from the slope that is measured by going a little to both sides. */
export interface GradientCheck {
  readonly value: Value;
  /** The largest difference between the two over all elements, relative to the largest slope or 1. */
  readonly error: number;
}

/**
 * Compares the gradients of a scalar by `wrt` with central differences in float64.
 * @param feeds every input of the graph; it should hold no kink (a 0 for Relu, two equal maxima) within `step`.
 */
export function checkGradient(
  g: GraphBuilder,
  loss: Value,
  wrt: readonly Value[],
  feeds: ReadonlyMap<Value, Reals>,
  step = 1e-5,
): GradientCheck[] {
  g.output("loss", loss);
  const lossOnly = g.build();
  const analytic = gradients(g, loss, wrt);
  for (const [i, gradient] of analytic.entries()) g.output(`gradient ${i}`, gradient);
  const all = interpret(g.build(), feeds);
  const lossAt = (moved: ReadonlyMap<Value, Reals>) => at(interpret(lossOnly, moved).get(loss)?.data ?? [], 0);
  return wrt.map((value, i) => {
    const gradient = all.get(at(analytic, i))?.data ?? new Float64Array();
    const original = feeds.get(value) ?? { shape: value.shape, data: new Float64Array() };
    let [difference, largest] = [0, 1];
    for (let k = 0; k < original.data.length; k++) {
      const [up, down] = [step, -step].map((move) => {
        const data = original.data.slice();
        data[k] = at(data, k) + move;
        return lossAt(new Map(feeds).set(value, { shape: original.shape, data }));
      });
      const slope = ((up ?? 0) - (down ?? 0)) / (2 * step);
      difference = Math.max(difference, Math.abs(slope - at(gradient, k)));
      largest = Math.max(largest, Math.abs(slope));
    }
    return { value, error: difference / largest };
  });
}
