import { defineOp, type GradientThunk } from "../graph/index.ts";
import { mul } from "./arithmetic.ts";
import { mapReals } from "./broadcast.ts";
import { castTo } from "./cast.ts";
import { equal } from "./compare.ts";

/** Elements below `min` become `min`, those above `max` become `max`; the gradient passes where nothing was clipped. */
export const clip = defineOp({
  name: "Clip",
  inputs: ["input"],
  optional: ["min", "max"],
  infer: ({ input }) => [input],
  reference: ({ input, min, max }) => {
    const [low, high] = [min?.data[0] ?? Number.NEGATIVE_INFINITY, max?.data[0] ?? Number.POSITIVE_INFINITY];
    return [mapReals(input, (x) => Math.min(Math.max(x, low), high))];
  },
  gradient: ({ g, input, output, dOutput }): { input: GradientThunk } => ({
    input: () => g.op(mul, [dOutput, castTo(g, g.op(equal, [input, output]), dOutput.dtype)]),
  }),
  samples: [
    { name: "both sides", inputs: [{ shape: [3, 4] }, { shape: [], values: [-0.55] }, { shape: [], values: [0.65] }] },
    { name: "above only", inputs: [{ shape: [3, 4] }, undefined, { shape: [], values: [0.05] }] },
  ],
});
