import type { GraphBuilder, Value } from "../graph/index.ts";
import { averagePool, globalAveragePool, globalMaxPool, maxPool, reshapeTo } from "../ops/index.ts";
import { channelsFirst, type DataFormat, fromChannelsFirst, pictureOf, pictureShape } from "./feature.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import type { LayerType } from "./layerTypes.ts";
import { dataFormatOf, type Pair, wholePair } from "./options.ts";
import { checkKernelFits, type Padding, type Placement, paddingOf, spatialSize } from "./spatial.ts";

/** The options of `maxPooling2d` and `averagePooling2d`. */
export interface Pooling2dOptions extends LayerOptions {
  /** Default 2. */
  readonly poolSize?: Pair;
  /** Default: the pool size, so that windows do not overlap. */
  readonly strides?: Pair;
  /** Default `valid`. Padding never counts: not as a maximum, and not in a mean. */
  readonly padding?: Padding;
  readonly dataFormat?: DataFormat;
}

function pooling(
  type: LayerType,
  options: Pooling2dOptions,
  pool: (g: GraphBuilder, x: Value, attributes: object) => Value,
): Layer {
  const checked = layerOptions(type, options, { poolSize: true, strides: true, padding: true, dataFormat: true });
  const kernel = wholePair(type, "poolSize", options.poolSize ?? 2);
  const placement: Placement = {
    kernel,
    strides: wholePair(type, "strides", options.strides ?? kernel),
    dilations: [1, 1],
    padding: paddingOf(type, options.padding),
  };
  const dataFormat = dataFormatOf(type, options.dataFormat);
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      const { height, width, channels } = pictureOf(input, dataFormat);
      checkKernelFits("poolSize", [height, width], placement);
      const [h, w] = spatialSize([height, width], placement);
      return pictureShape({ height: h, width: w, channels }, dataFormat);
    },
    build: ({ g }, input) => {
      const auto_pad = placement.padding === "same" ? "SAME_UPPER" : "NOTSET";
      const attributes = { kernel_shape: kernel, strides: placement.strides, auto_pad };
      return fromChannelsFirst(pool(g, channelsFirst(g, input, dataFormat), attributes), dataFormat);
    },
  });
}

/** The largest value of each window, as Keras's MaxPooling2D. */
export function maxPooling2d(options: Pooling2dOptions = {}): Layer {
  return pooling("maxPooling2d", options, (g, x, attributes) => g.op(maxPool, [x], attributes));
}

/** The mean of each window, as Keras's AveragePooling2D. */
export function averagePooling2d(options: Pooling2dOptions = {}): Layer {
  return pooling("averagePooling2d", options, (g, x, attributes) => g.op(averagePool, [x], attributes));
}

/** The options of `globalAveragePooling2d` and `globalMaxPooling2d`. */
export interface GlobalPooling2dOptions extends LayerOptions {
  /** Keep height and width, as 1. Default false: the output is [batch, channels]. */
  readonly keepdims?: boolean;
  readonly dataFormat?: DataFormat;
}

function globalPooling(
  type: LayerType,
  options: GlobalPooling2dOptions,
  pool: (g: GraphBuilder, x: Value) => Value,
): Layer {
  const checked = layerOptions(type, options, { keepdims: true, dataFormat: true });
  const dataFormat = dataFormatOf(type, options.dataFormat);
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      const { channels } = pictureOf(input, dataFormat);
      return options.keepdims ? pictureShape({ height: 1, width: 1, channels }, dataFormat) : [channels];
    },
    build: ({ g }, input) => {
      const pooled = pool(g, channelsFirst(g, input, dataFormat));
      if (options.keepdims) return fromChannelsFirst(pooled, dataFormat);
      return { value: reshapeTo(g, pooled, pooled.shape.slice(0, 2)), moved: false };
    },
  });
}

/** The mean of each channel over the whole picture, as Keras's GlobalAveragePooling2D. */
export function globalAveragePooling2d(options: GlobalPooling2dOptions = {}): Layer {
  return globalPooling("globalAveragePooling2d", options, (g, x) => g.op(globalAveragePool, [x]));
}

/** The largest value of each channel over the whole picture, as Keras's GlobalMaxPooling2D. */
export function globalMaxPooling2d(options: GlobalPooling2dOptions = {}): Layer {
  return globalPooling("globalMaxPooling2d", options, (g, x) => g.op(globalMaxPool, [x]));
}
