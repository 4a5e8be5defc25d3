import { finiteNumber, wholeNumber } from "../checks/index.ts";
import { lrn } from "../ops/index.ts";
import { channelsFirst, type DataFormat, fromChannelsFirst, pictureOf } from "./feature.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import { dataFormatOf } from "./options.ts";

/** The options of `localResponseNormalization`. */
export interface LocalResponseNormalizationOptions extends LayerOptions {
  /** r: how many channels count on each side. Default 5. */
  readonly depthRadius?: number;
  /** Default 1. */
  readonly bias?: number;
  /** Default 1. */
  readonly alpha?: number;
  /** Default 0.5. */
  readonly beta?: number;
  /** Default `channelsLast`: [batch, height, width, channels]. */
  readonly dataFormat?: DataFormat;
}

/**
 * Local response normalization across channels (Krizhevsky et al. 2012, section 3.3), with the arguments and defaults
 * of TensorFlow's `tf.nn.local_response_normalization`; Keras has no such layer:
 *
 * y = x / (bias + alpha * sum of x^2 over the channels from r before to r after)^beta
 *
 * ONNX's LRN and PyTorch's LocalResponseNorm count the window instead of its radius and divide alpha by it: theirs are
 * size = 2 r + 1 and alpha * size. The paper's n = 5, k = 2, alpha = 1e-4, beta = 0.75 are
 * `{ depthRadius: 2, bias: 2, alpha: 1e-4, beta: 0.75 }`. Input and output [batch, height, width, channels].
 * @throws StriateError `usage` for an option that cannot be, `shape` for an input that is no picture.
 */
export function localResponseNormalization(options: LocalResponseNormalizationOptions = {}): Layer {
  const type = "localResponseNormalization";
  const checked = layerOptions(type, options, {
    depthRadius: true,
    bias: true,
    alpha: true,
    beta: true,
    dataFormat: true,
  });
  const size = 2 * wholeNumber(type, "depthRadius", options.depthRadius ?? 5, { least: 0 }) + 1;
  const bias = finiteNumber(type, "bias", options.bias ?? 1);
  const alpha = finiteNumber(type, "alpha", options.alpha ?? 1) * size;
  const beta = finiteNumber(type, "beta", options.beta ?? 0.5);
  const dataFormat = dataFormatOf(type, options.dataFormat);
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      pictureOf(input, dataFormat);
      return input;
    },
    build: ({ g }, input) => {
      const x = channelsFirst(g, input, dataFormat);
      return fromChannelsFirst(g.op(lrn, [x], { size, bias, alpha, beta }), dataFormat);
    },
  });
}
