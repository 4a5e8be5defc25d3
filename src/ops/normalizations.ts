import { StriateError } from "../errors.ts";
import { defineOp, float, type GradientThunk, int, type Value } from "../graph/index.ts";
import { at, broadcastShapes, normalizeAxis, sameShape, sizeOf, typeText } from "../tensor/index.ts";
import { broadcastReals, sumTo } from "./broadcast.ts";
import { formula } from "./formula.ts";
import { allButChannels, channelShape, countOver, momentsOf, normalize, normalizeGrad } from "./normalize.ts";
import { reduceSum } from "./reduce.ts";
import { reshapeTo } from "./reshape.ts";

/** Every channel of every example normalized by its own mean and variance (Ulyanov et al. 2016), then scale and B. */
export const instanceNormalization = defineOp({
  name: "InstanceNormalization",
  inputs: ["input", "scale", "B"],
  attributes: { epsilon: float(1e-5) },
  infer: ({ input, scale, B }) => {
    const expected = [input.shape[1] ?? 0];
    if (input.shape.length < 3 || !sameShape(scale.shape, expected) || !sameShape(B.shape, expected)) {
      throw new StriateError(
        "shape",
        `InstanceNormalization: ${typeText(input)} with scale ${typeText(scale)} and B ${typeText(B)} do not fit`,
      );
    }
    return [input];
  },
  reference: ({ input, scale, B }, { epsilon }) => {
    const plane = sizeOf(input.shape.slice(2));
    const data = new Float64Array(input.data.length);
    for (let start = 0; start < data.length; start += plane) {
      const channel = (start / plane) % scale.data.length;
      const { mean, variance } = momentsOf(input.data, plane, (i) => start + i);
      const factor = at(scale.data, channel) / Math.sqrt(variance + epsilon);
      for (let i = start; i < start + plane; i++) data[i] = factor * (at(input.data, i) - mean) + at(B.data, channel);
    }
    return [{ shape: input.shape, data }];
  },
  gradient: (context): Record<"input" | "scale" | "B", GradientThunk> => {
    const { g, input, scale, attributes, dOutput } = context;
    const f = formula(g, input);
    const normalized = () => normalize(g, input, [...input.shape.keys()].slice(2), attributes.epsilon);
    const sumChannels = (value: Value) =>
      g.op(reduceSum, [value, g.int64s(...allButChannels(input.shape))], { keepdims: 0 });
    return {
      input: () => normalizeGrad(g, f.mul(dOutput, reshapeTo(g, scale, channelShape(input.shape))), normalized()),
      scale: () => sumChannels(f.mul(dOutput, normalized().xHat)),
      B: () => sumChannels(dOutput),
    };
  },
  cost: (node) => ({ multiplyAdds: 0, flops: 7 * sizeOf(at(node.outputs, 0).shape) }),
  samples: [{ name: "three channels", inputs: [{ shape: [2, 3, 2, 3] }, { shape: [3] }, { shape: [3] }] }],
});

/**
 * Each example normalized over its axes from `axis` on (Ba et al. 2016), then times Scale plus B. The second and third
 * output are the mean and 1 / sqrt(variance + epsilon).
 */
export const layerNormalization = defineOp({
  name: "LayerNormalization",
  inputs: ["X", "Scale"],
  optional: ["B"],
  attributes: { axis: int(-1), epsilon: float(1e-5), stash_type: int(1) },
  infer: ({ X, Scale, B }, { axis }) => {
    const first = normalizeAxis(axis, X.shape.length);
    if (!sameShape(broadcastShapes(X.shape, Scale.shape, B?.shape ?? []), X.shape)) {
      throw new StriateError(
        "shape",
        `LayerNormalization: ${typeText(Scale)}${B ? ` and ${typeText(B)}` : ""} do not broadcast to ${typeText(X)}`,
      );
    }
    const kept = { dtype: X.dtype, shape: X.shape.map((size, i) => (i < first ? size : 1)) };
    return [X, kept, kept];
  },
  reference: ({ X, Scale, B }, { epsilon }, node) => {
    const { shape } = at(node.outputs, 1);
    const count = X.data.length / sizeOf(shape);
    const moments = Array.from({ length: sizeOf(shape) }, (_, row) => momentsOf(X.data, count, (i) => row * count + i));
    const mean = { shape, data: Float64Array.from(moments, (m) => m.mean) };
    const invStd = { shape, data: Float64Array.from(moments, (m) => 1 / Math.sqrt(m.variance + epsilon)) };
    const parts = [X, mean, invStd, Scale, ...(B ? [B] : [])];
    const Y = broadcastReals(parts, X.shape, (x, m = 0, i = 0, s = 0, b = 0) => (x - m) * i * s + b);
    return [Y, mean, invStd];
  },
  gradient: (context): Record<"X" | "Scale" | "B", GradientThunk> => {
    const { g, X, Scale, B, attributes, dOutput, dOutputs } = context;
    const [, dMean, dInvStd] = dOutputs;
    const f = formula(g, X);
    const axes = [...X.shape.keys()].slice(normalizeAxis(attributes.axis, X.shape.length));
    const count = countOver(X.shape, axes);
    const normalized = () => normalize(g, X, axes, attributes.epsilon);
    return {
      X: () => {
        const parts = normalized();
        let sum = normalizeGrad(g, f.mul(dOutput, Scale), parts);
        if (dMean) sum = f.add(sum, f.mul(dMean, 1 / count));
        if (dInvStd) {
          // d (variance + epsilon)^(-1/2) / dx = -invStd^2 xHat / count
          const slope = f.mul(f.mul(parts.invStd, parts.invStd), -1 / count);
          sum = f.add(sum, f.mul(parts.xHat, f.mul(slope, dInvStd)));
        }
        return sum;
      },
      Scale: () => sumTo(g, f.mul(dOutput, normalized().xHat), Scale.shape),
      B: () => sumTo(g, dOutput, B?.shape ?? []),
    };
  },
  cost: (node) => ({ multiplyAdds: 0, flops: 7 * sizeOf(at(node.outputs, 0).shape) }),
  samples: [
    { name: "the last axis", inputs: [{ shape: [2, 3, 4] }, { shape: [4] }, { shape: [4] }] },
    { name: "two axes, no bias", inputs: [{ shape: [2, 3, 4] }, { shape: [3, 4] }], attributes: { axis: 1 } },
  ],
});
