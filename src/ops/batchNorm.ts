import { StriateError } from "../errors.ts";
import { defineOp, float, type GradientThunk, type GraphBuilder, int, type Reals, type Value } from "../graph/index.ts";
import { at, type Shape, sizeOf, typeText } from "../tensor/index.ts";
import { formula } from "./formula.ts";
import { allButChannels, channelShape, countOver, momentsOf } from "./normalize.ts";
import { reduceMean, reduceSum } from "./reduce.ts";
import { reshapeTo } from "./reshape.ts";

function checkChannels(op: string, X: Value, ...perChannel: readonly Value[]): void {
  const channels = X.shape[1];
  const odd = perChannel.find(({ dtype, shape }) => dtype !== X.dtype || shape.length !== 1 || shape[0] !== channels);
  if (channels === undefined || odd) {
    throw new StriateError(
      "shape",
      `${op} needs [batch, channels, ...] and one number a channel; received ${[X, ...perChannel].map(typeText).join(", ")}`,
    );
  }
}

/** The channel of each element, in row-major order. */
function channelOf(shape: Shape): (index: number) => number {
  const [plane, channels] = [sizeOf(shape.slice(2)), shape[1] ?? 1];
  return (index) => Math.floor(index / plane) % channels;
}

/** Sums over everything but the channels. */
function sumChannels(g: GraphBuilder, value: Value): Value {
  return g.op(reduceSum, [value, g.int64s(...allButChannels(value.shape))], { keepdims: 0 });
}

/**
 * Batch normalization outside training, by given statistics:
 * y = scale (x - mean) / sqrt(variance + epsilon) + B, each channel (axis 1) having its own.
 * `momentum` means nothing here; training is `BatchNormTraining`.
 */
export const batchNormalization = defineOp({
  name: "BatchNormalization",
  inputs: ["X", "scale", "B", "input_mean", "input_var"],
  attributes: { epsilon: float(1e-5), momentum: float(0.9), training_mode: int(0) },
  infer: ({ X, scale, B, input_mean, input_var }, { training_mode }) => {
    checkChannels("BatchNormalization", X, scale, B, input_mean, input_var);
    if (training_mode !== 0) {
      throw new StriateError("usage", "BatchNormalization: training_mode 1 is the op BatchNormTraining here");
    }
    return [X];
  },
  reference: ({ X, scale, B, input_mean, input_var }, { epsilon }) => {
    const channel = channelOf(X.shape);
    const data = X.data.map((x, i) => {
      const c = channel(i);
      const normal = (x - at(input_mean.data, c)) / Math.sqrt(at(input_var.data, c) + epsilon);
      return at(scale.data, c) * normal + at(B.data, c);
    });
    return [{ shape: X.shape, data }];
  },
  gradient: (context): Record<"X" | "scale" | "B" | "input_mean" | "input_var", GradientThunk> => {
    const { g, X, scale, input_mean, input_var, attributes, dOutput } = context;
    const f = formula(g, X);
    const invStd = () => f.div(1, f.sqrt(f.add(input_var, attributes.epsilon)));
    const perChannel = (value: Value) => reshapeTo(g, value, channelShape(X.shape));
    const byNormal = () => sumChannels(g, f.mul(dOutput, f.sub(X, perChannel(input_mean))));
    return {
      X: () => f.mul(dOutput, perChannel(f.mul(scale, invStd()))),
      scale: () => f.mul(byNormal(), invStd()),
      B: () => sumChannels(g, dOutput),
      input_mean: () => f.mul(f.mul(sumChannels(g, dOutput), f.mul(scale, invStd())), -1),
      // d (variance + epsilon)^(-1/2) = -1/2 (variance + epsilon)^(-3/2)
      input_var: () => {
        const inverse = invStd();
        const slope = f.mul(f.mul(inverse, f.mul(inverse, inverse)), -0.5);
        return f.mul(byNormal(), f.mul(scale, slope));
      },
    };
  },
  cost: (node) => {
    const elements = sizeOf(at(node.outputs, 0).shape);
    return { multiplyAdds: elements, flops: 2 * elements };
  },
  samples: [
    {
      name: "two channels",
      inputs: [
        { shape: [2, 2, 2, 3] },
        { shape: [2] },
        { shape: [2] },
        { shape: [2] },
        { shape: [2], low: 0.3, high: 2 },
      ],
    },
    {
      name: "a matrix, another epsilon",
      inputs: [{ shape: [3, 4] }, { shape: [4] }, { shape: [4] }, { shape: [4] }, { shape: [4], low: 0.3, high: 2 }],
      attributes: { epsilon: 0.1 },
    },
  ],
});

const TRAINING = { epsilon: float(1e-3) };

/**
 * Batch normalization in training (Ioffe and Szegedy 2015): each channel (axis 1) is normalized by the mean and the
 * (biased) variance of the batch, which are the second and third output; then y = scale xHat + B.
 */
export const batchNormTraining = defineOp({
  name: "BatchNormTraining",
  domain: "striate",
  inputs: ["X", "scale", "B"],
  attributes: TRAINING,
  infer: ({ X, scale, B }) => {
    checkChannels("BatchNormTraining", X, scale, B);
    return [X, scale, scale];
  },
  reference: ({ X, scale, B }, { epsilon }) => {
    const moments = channelMoments(X);
    const channel = channelOf(X.shape);
    const data = X.data.map((x, i) => {
      const c = channel(i);
      const { mean, variance } = at(moments, c);
      return (at(scale.data, c) * (x - mean)) / Math.sqrt(variance + epsilon) + at(B.data, c);
    });
    return [
      { shape: X.shape, data },
      { shape: scale.shape, data: Float64Array.from(moments, ({ mean }) => mean) },
      { shape: scale.shape, data: Float64Array.from(moments, ({ variance }) => variance) },
    ];
  },
  gradient: (context): { X: GradientThunk; scale: GradientThunk; B: GradientThunk } => {
    const { g, node, X, scale, attributes, dOutput } = context;
    const [, dMean, dVariance] = context.dOutputs;
    const [, mean, variance] = node.outputs;
    const f = formula(g, X);
    let outputs: readonly Value[] | undefined;
    const part = (index: number) => {
      outputs ??= g.ops(batchNormGrad, [dOutput, X, scale, mean, variance], attributes);
      return at(outputs, index);
    };
    const perChannel = (value: Value) => reshapeTo(g, value, channelShape(X.shape));
    const count = countOver(X.shape, allButChannels(X.shape));
    return {
      X: () => {
        let sum = part(0);
        if (dMean) sum = f.add(sum, perChannel(f.mul(dMean, 1 / count)));
        if (dVariance && mean) {
          const centered = f.sub(X, perChannel(mean));
          sum = f.add(sum, f.mul(centered, perChannel(f.mul(dVariance, 2 / count))));
        }
        return sum;
      },
      scale: () => part(1),
      B: () => part(2),
    };
  },
  lower: ({ g, inputs: { X, scale, B }, attributes: { epsilon } }) => {
    const f = formula(g, X);
    const axes = g.int64s(...allButChannels(X.shape));
    const mean = g.op(reduceMean, [X, axes], { keepdims: 0 });
    const centered = f.sub(X, reshapeTo(g, mean, channelShape(X.shape)));
    const variance = g.op(reduceMean, [f.mul(centered, centered), axes], { keepdims: 0 });
    return [g.op(batchNormalization, [X, scale, B, mean, variance], { epsilon }), mean, variance];
  },
  cost: (node) => ({ multiplyAdds: 0, flops: 7 * sizeOf(at(node.outputs, 0).shape) }),
  samples: [
    { name: "two channels", inputs: [{ shape: [2, 2, 2, 3] }, { shape: [2] }, { shape: [2] }] },
    { name: "a matrix", inputs: [{ shape: [4, 3] }, { shape: [3] }, { shape: [3] }], attributes: { epsilon: 1e-2 } },
    { name: "far from 0", inputs: [{ shape: [3, 2, 2], low: 9, high: 11 }, { shape: [2] }, { shape: [2] }] },
  ],
});

function channelMoments({ shape, data }: Reals): { mean: number; variance: number }[] {
  const [batch = 0, channels = 0] = shape;
  const plane = sizeOf(shape.slice(2));
  return Array.from({ length: channels }, (_, c) =>
    momentsOf(data, batch * plane, (i) => (Math.floor(i / plane) * channels + c) * plane + (i % plane)),
  );
}

/**
 * The gradients of BatchNormTraining by X, scale and B, in closed form: with m elements a channel,
 * dB = sum of dy; dScale = sum of dy xHat; dx = scale / std (dy - dB / m - xHat dScale / m)
 */
export const batchNormGrad = defineOp({
  name: "BatchNormGrad",
  domain: "striate",
  inputs: ["dY", "X", "scale", "mean", "variance"],
  attributes: TRAINING,
  infer: ({ X, scale }) => [X, scale, scale],
  reference: ({ dY, X, scale, mean, variance }, { epsilon }) => {
    const channel = channelOf(X.shape);
    const count = X.data.length / scale.data.length;
    const std = variance.data.map((v) => Math.sqrt(v + epsilon));
    const xHat = X.data.map((x, i) => (x - at(mean.data, channel(i))) / at(std, channel(i)));
    const [dScale, dB] = [new Float64Array(scale.data.length), new Float64Array(scale.data.length)];
    for (const [i, dy] of dY.data.entries()) {
      const c = channel(i);
      dScale[c] = at(dScale, c) + dy * at(xHat, i);
      dB[c] = at(dB, c) + dy;
    }
    const dX = dY.data.map((dy, i) => {
      const c = channel(i);
      return (at(scale.data, c) / at(std, c)) * (dy - at(dB, c) / count - (at(xHat, i) * at(dScale, c)) / count);
    });
    return [
      { shape: X.shape, data: dX },
      { shape: scale.shape, data: dScale },
      { shape: scale.shape, data: dB },
    ];
  },
  // dx = a dy + b (x - mean) + d, where a, b and d are numbers of the channel. The last two terms are a normalization
  // by a variance of 1, which takes one pass over x.
  lower: ({ g, inputs: { dY, X, scale, mean, variance }, attributes: { epsilon } }) => {
    const f = formula(g, X);
    const perChannel = (value: Value) => reshapeTo(g, value, channelShape(X.shape));
    const count = countOver(X.shape, allButChannels(X.shape));
    const invStd = f.div(1, f.sqrt(f.add(variance, epsilon)));
    const centered = f.sub(X, perChannel(mean));
    const dB = sumChannels(g, dY);
    const dScale = f.mul(sumChannels(g, f.mul(dY, centered)), invStd);
    const a = f.mul(scale, invStd);
    const b = f.mul(f.mul(f.mul(a, invStd), dScale), -1 / count);
    const d = f.mul(f.mul(a, dB), -1 / count);
    const ones = g.numbers(X.dtype, scale.shape, new Array<number>(at(scale.shape, 0)).fill(1));
    const moved = g.op(batchNormalization, [X, b, d, mean, ones], { epsilon: 0 });
    return [f.add(f.mul(dY, perChannel(a)), moved), dScale, dB];
  },
  cost: (node) => ({ multiplyAdds: 0, flops: 9 * sizeOf(at(node.outputs, 0).shape) }),
  samples: [
    {
      name: "two channels",
      inputs: [
        { shape: [2, 2, 2, 3] },
        { shape: [2, 2, 2, 3] },
        { shape: [2] },
        { shape: [2], low: -0.1, high: 0.1 },
        { shape: [2], low: 0.3, high: 0.5 },
      ],
    },
  ],
});
