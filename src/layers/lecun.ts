import { StriateError } from "../errors.ts";
import { add, averagePool, conv, matMul, mul, reshapeTo } from "../ops/index.ts";
import { type Activation, activate, activatedShape, activationOf } from "./activation.ts";
import { channelsFirst, fromChannelsFirst, pictureOf } from "./feature.ts";
import { constant, randomUniform } from "./initializers.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import { type Pair, wholePair } from "./options.ts";
import { checkKernelFits, spatialSize } from "./spatial.ts";

/** The options of `subsampling2d`. */
export interface Subsampling2dOptions extends LayerOptions {
  /** Default 2. */
  readonly poolSize?: Pair;
  readonly activation?: Activation;
}

/**
 * Subsampling with a trainable scale (LeCun et al. 1998, section II.B): the elements of each window are added, times
 * a coefficient and plus a bias of the channel. Weights: coefficient and bias [channels]; at first it is the mean.
 */
export function subsampling2d(options: Subsampling2dOptions = {}): Layer {
  const type = "subsampling2d";
  const checked = layerOptions(type, options, { poolSize: true, activation: true });
  const kernel = wholePair(type, "poolSize", options.poolSize ?? 2);
  const area = kernel[0] * kernel[1];
  const placement = { kernel, strides: kernel, dilations: [1, 1], padding: "valid" } as const;
  const activation = activationOf(type, options.activation);
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      const { height, width, channels } = pictureOf(input, "channelsLast");
      checkKernelFits("poolSize", [height, width], placement);
      return activatedShape(activation, [...spatialSize([height, width], placement), channels]);
    },
    weights: (input) => {
      const { channels } = pictureOf(input, "channelsLast");
      return [
        { name: "coefficient", shape: [channels], initializer: constant(1 / area) },
        { name: "bias", shape: [channels], initializer: constant(0) },
      ];
    },
    build: (context, input) => {
      const { g, weight } = context;
      const x = channelsFirst(g, input, "channelsLast");
      const means = g.op(averagePool, [x], { kernel_shape: kernel, strides: kernel });
      const sums = g.op(mul, [means, g.scalar(means, area)]);
      const perChannel = (name: string) => reshapeTo(g, weight(name), [1, sums.shape[1] ?? 1, 1, 1]);
      const scaled = g.op(add, [g.op(mul, [sums, perChannel("coefficient")]), perChannel("bias")]);
      return activate(context, activation, fromChannelsFirst(scaled, "channelsLast"));
    },
  });
}

/** The options of `partialConv2d`. */
export interface PartialConv2dOptions extends LayerOptions {
  /** For each output channel, the input channels that its kernels see. */
  readonly connections: readonly (readonly number[])[];
  readonly kernelSize: Pair;
  readonly activation?: Activation;
}

/**
 * Convolution (`valid`, stride 1) in which each output channel sees only some of the input's channels, by a table of
 * connections (LeCun et al. 1998, table I). Weights: kernel [height, width, connections], ordered by output channel,
 * then by input channel, and bias [output channels].
 */
export function partialConv2d(options: PartialConv2dOptions): Layer {
  const type = "partialConv2d";
  const checked = layerOptions(type, options, { connections: true, kernelSize: true, activation: true });
  const { connections } = options;
  const kernel = wholePair(type, "kernelSize", options.kernelSize);
  const placement = { kernel, strides: [1, 1], dilations: [1, 1], padding: "valid" } as const;
  const activation = activationOf(type, options.activation);
  const pairs = connections.flatMap((inputs, output) =>
    inputs.toSorted((a, b) => a - b).map((input) => ({ output, input })),
  );
  const filters = connections.length;
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      const { height, width, channels } = pictureOf(input, "channelsLast");
      const outside = pairs.find((pair) => pair.input < 0 || pair.input >= channels);
      if (outside) {
        throw new StriateError(
          "shape",
          `output channel ${outside.output} is connected to input channel ${outside.input}, but there are ${channels}`,
        );
      }
      checkKernelFits("kernelSize", [height, width], placement);
      return activatedShape(activation, [...spatialSize([height, width], placement), filters]);
    },
    weights: (input) => {
      const { channels } = pictureOf(input, "channelsLast");
      const size = kernel[0] * kernel[1] * pairs.length;
      // Glorot's limit for the mean numbers of connections that a channel has at either side.
      const limit = Math.sqrt(6 / (size / filters + size / channels));
      return [
        {
          name: "kernel",
          shape: [...kernel, pairs.length],
          initializer: randomUniform({ low: -limit, high: limit }),
          toGraph: [2, 0, 1],
        },
        { name: "bias", shape: [filters], initializer: constant(0) },
      ];
    },
    build: (context, input) => {
      const { g, weight } = context;
      const x = channelsFirst(g, input, "channelsLast");
      const channels = x.shape[1] ?? 1;
      const taps = kernel[0] * kernel[1];
      // A matrix of zeros and ones puts each kernel at its pair of channels and leaves the others zero.
      const places = new Array<number>(filters * channels * pairs.length).fill(0);
      for (const [k, pair] of pairs.entries()) places[(pair.output * channels + pair.input) * pairs.length + k] = 1;
      const placed = g.op(matMul, [
        g.numbers("float32", [filters * channels, pairs.length], places),
        reshapeTo(g, weight("kernel"), [pairs.length, taps]),
      ]);
      const full = reshapeTo(g, placed, [filters, channels, ...kernel]);
      return activate(context, activation, fromChannelsFirst(g.op(conv, [x, full, weight("bias")]), "channelsLast"));
    },
  });
}
