import { finiteNumber, valueText } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { add, instanceNormalization, inversePermutation, mul, reshapeTo, transposeBy } from "../ops/index.ts";
import { at, type Shape, shapeText, sizeOf } from "../tensor/index.ts";
import { AFFINE, type AffineOptions, affineWeights } from "./affine.ts";
import { apiAxis, apiShape, axisInGraph, broadcastAlong } from "./feature.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";

/** The options of `groupNormalization`. */
export interface GroupNormalizationOptions extends LayerOptions, AffineOptions {
  /** How many groups the channels are split into; -1: each is one, which is instance normalization. Default 32. */
  readonly groups?: number;
  /** The axis of the channels, the batch being 0. Default -1. */
  readonly axis?: number;
  /** Added to the variance. Default 0.001. */
  readonly epsilon?: number;
}

/**
 * Group normalization (Wu and He 2018), as Keras's GroupNormalization: the channels of each example are normalized in
 * groups of neighbours, whatever the batch; then gamma x + beta. Any shape. Weights: gamma and beta [channels].
 * @throws StriateError `shape` when the channels cannot be split so, `usage` for an option that cannot be.
 */
export function groupNormalization(options: GroupNormalizationOptions = {}): Layer {
  const type = "groupNormalization";
  const checked = layerOptions(type, options, { ...AFFINE, groups: true, axis: true, epsilon: true });
  const { groups = 32, axis = -1, center = true, scale = true } = options;
  if (!(Number.isSafeInteger(groups) && (groups >= 1 || groups === -1))) {
    throw new StriateError(
      "usage",
      `${type}: groups must be a whole number of at least 1, or -1, received ${valueText(groups)}`,
    );
  }
  const epsilon = finiteNumber(type, "epsilon", options.epsilon ?? 1e-3, { least: 0 });
  const affine = affineWeights(type, options);
  const channelsOf = (input: Shape) => at(input, apiAxis(axis, input) - 1);
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      const channels = channelsOf(input);
      if (groups === -1 || channels % groups === 0) return input;
      throw new StriateError(
        "shape",
        `the ${channels} channels of ${shapeText(input)} cannot be split into ${groups} groups; give groups that divide them`,
      );
    },
    weights: (input) => affine([channelsOf(input)]),
    build: ({ g, weight }, input) => {
      const along = apiAxis(axis, apiShape(input));
      const place = axisInGraph(input, along);
      const order = [0, place, ...[...input.value.shape.keys()].slice(1).filter((other) => other !== place)];
      const x = transposeBy(g, input.value, order);
      const [batch = 1, channels = 1, ...rest] = x.shape;
      const count = groups === -1 ? channels : groups;
      const grouped = reshapeTo(g, x, [batch, count, (channels / count) * sizeOf(rest)]);
      const all = (number: number) => g.numbers(x.dtype, [count], new Array<number>(count).fill(number));
      const normalized = g.op(instanceNormalization, [grouped, all(1), all(0)], { epsilon });
      const value = transposeBy(g, reshapeTo(g, normalized, x.shape), inversePermutation(order));
      const weights = (name: string) => broadcastAlong(g, weight(name), input, [along]);
      const scaled = scale ? g.op(mul, [value, weights("gamma")]) : value;
      return { ...input, value: center ? g.op(add, [scaled, weights("beta")]) : scaled };
    },
  });
}
