import { defineOp, float, type GradientThunk, int } from "../graph/index.ts";
import { at } from "../tensor/index.ts";
import { broadcastReals } from "./broadcast.ts";
import { castTo } from "./cast.ts";
import { greater } from "./compare.ts";
import { formula } from "./formula.ts";

/** ONNX's Dropout as it is outside training, where it changes nothing. Training uses `RandomDropout`. */
export const dropout = defineOp({
  name: "Dropout",
  inputs: ["data"],
  optional: ["ratio", "training_mode"],
  attributes: { seed: int(0) },
  infer: ({ data }) => [data],
  reference: ({ data }) => [data],
  gradient: ({ dOutput }) => ({ data: () => dOutput }),
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [{ name: "inference", inputs: [{ shape: [2, 3] }, { shape: [], values: [0.5] }] }],
});

/**
 * Inverted dropout (Srivastava et al. 2014): x / (1 - ratio) where the random number is at least `ratio`, else 0. The
 * uniform numbers come from the host, so every engine drops the same elements.
 */
export const randomDropout = defineOp({
  name: "RandomDropout",
  domain: "striate",
  inputs: ["X", "Uniform"],
  attributes: { ratio: float(0.5) },
  infer: ({ X }) => [X],
  reference: ({ X, Uniform }, { ratio }, node) => [
    broadcastReals([X, Uniform], at(node.outputs, 0).shape, (x = 0, u = 0) =>
      u >= Math.fround(ratio) ? x / (1 - ratio) : 0,
    ),
  ],
  gradient: ({ g, Uniform, attributes, dOutput }): { X: GradientThunk } => ({
    X: () => g.op(randomDropout, [dOutput, Uniform], attributes),
  }),
  lower: ({ g, inputs: { X, Uniform }, attributes: { ratio } }) => {
    const f = formula(g, X);
    // Not below: `u >= ratio` without an operator that older opsets lack.
    const dropped = castTo(g, g.op(greater, [g.scalar(Uniform, ratio), Uniform]), X.dtype);
    return [f.mul(X, f.mul(f.sub(1, dropped), 1 / (1 - ratio)))];
  },
  samples: [
    {
      name: "a third",
      inputs: [{ shape: [2, 3] }, { shape: [2, 3], values: [0.1, 0.9, 0.4, 0.25, 0.2, 0.6] }],
      attributes: { ratio: 0.25 },
    },
  ],
});
