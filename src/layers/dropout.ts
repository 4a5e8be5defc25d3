import { valueText } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { randomDropout } from "../ops/index.ts";
import { at, type Shape } from "../tensor/index.ts";
import { channelsFirst, type DataFormat, type Feature, fromChannelsFirst, pictureOf } from "./feature.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import { dataFormatOf } from "./options.ts";

function dropoutRate(layer: string, rate: number): number {
  if (rate >= 0 && rate < 1) return rate;
  throw new StriateError("usage", `${layer}: rate must be at least 0 and less than 1, received ${valueText(rate)}`);
}

/** The options of `dropout`. */
export interface DropoutOptions extends LayerOptions {
  /** The fraction to drop, from 0 to less than 1. */
  readonly rate: number;
  /**
   * Along which axes elements are dropped together, the batch being the first: 1 for together, null (or the size) for each
   * by itself. [null, 1, 1, 1] drops whole examples, which is stochastic depth. Default: each element by itself.
   */
  readonly noiseShape?: readonly (number | null)[];
}

/**
 * Sets a fraction of the elements to 0 in training and scales the others up, as Keras's Dropout; outside training it
 * changes nothing.
 * @throws StriateError `usage` for a rate that cannot be, `shape` when noiseShape does not fit the input.
 */
export function dropout(options: DropoutOptions): Layer {
  const type = "dropout";
  const checked = layerOptions(type, options, { rate: true, noiseShape: true });
  const rate = dropoutRate(type, options.rate);
  const { noiseShape } = options;
  if (noiseShape !== undefined && !Array.isArray(noiseShape)) {
    throw new StriateError("usage", `${type}: noiseShape must be a list, received ${valueText(noiseShape)}`);
  }
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      checkNoiseShape(noiseShape, input);
      return input;
    },
    build: ({ g, training }, input) => {
      if (!training || rate === 0) return input;
      const draws = g.random(drawShape(noiseShape, input));
      return { ...input, value: g.op(randomDropout, [input.value, draws], { ratio: rate }) };
    },
  });
}

function checkNoiseShape(noiseShape: DropoutOptions["noiseShape"], input: Shape): void {
  if (noiseShape === undefined) return;
  const fits = ([batch, ...sizes]: readonly (number | null)[]) =>
    (batch === null || batch === 1) &&
    sizes.length === input.length &&
    sizes.every((size, axis) => size === null || size === 1 || size === input[axis]);
  if (fits(noiseShape)) return;
  throw new StriateError(
    "shape",
    `its noiseShape ${valueText(noiseShape)} does not fit [batch, ${input.join(", ")}]: it has null or 1 for each axis`,
  );
}

/** The shape of the random numbers, in the order of the graph. */
function drawShape(noiseShape: DropoutOptions["noiseShape"], { value: { shape }, moved }: Feature): Shape {
  if (noiseShape === undefined) return shape;
  return shape.map((size, i) => {
    const axis = moved ? at([0, 3, 1, 2], i) : i;
    return noiseShape[axis] === 1 ? 1 : size;
  });
}

/** The options of `spatialDropout2d`. */
export interface SpatialDropout2dOptions extends LayerOptions {
  /** The fraction of the channels to drop, from 0 to less than 1. */
  readonly rate: number;
  readonly dataFormat?: DataFormat;
}

/**
 * Dropout of whole feature maps, as Keras's SpatialDropout2D (Tompson et al. 2015): neighbouring elements are so alike
 * that dropping single ones hides nothing. Input and output [batch, height, width, channels].
 */
export function spatialDropout2d(options: SpatialDropout2dOptions): Layer {
  const type = "spatialDropout2d";
  const checked = layerOptions(type, options, { rate: true, dataFormat: true });
  const rate = dropoutRate(type, options.rate);
  const dataFormat = dataFormatOf(type, options.dataFormat);
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      pictureOf(input, dataFormat);
      return input;
    },
    build: ({ g, training }, input) => {
      if (!training || rate === 0) return input;
      const x = channelsFirst(g, input, dataFormat);
      const draws = g.random([...x.shape.slice(0, 2), 1, 1]);
      return fromChannelsFirst(g.op(randomDropout, [x, draws], { ratio: rate }), dataFormat);
    },
  });
}
