// Random stacks of layers, a function of their seed alone.
import { StriateError } from "#striate/errors";
import * as layers from "#striate/layers/index";
import { type Model, model } from "#striate/model/index";
import { at, type Shape } from "#striate/tensor/index";
import { labels } from "./pattern.ts";

type Symbolic = ReturnType<typeof layers.input>;

/** Draws from a stream of whole numbers. */
class Dice {
  readonly #seed: number;
  #count = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** A whole number from 0 to less than `sides`. */
  below(sides: number): number {
    return at(labels(1, this.#seed * 1000 + this.#count++, sides).data, 0);
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  pick<T>(list: readonly T[]): T {
    return at(list, this.below(list.length));
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }
}

const ACTIVATIONS = [
  ...["linear", "relu", "sigmoid", "tanh", "softmax", "logSoftmax", "exponential", "elu", "selu", "gelu", "softplus"],
  ...["softsign", "hardSigmoid", "hardSwish", "leakyRelu", "relu6", "silu"],
] as layers.ActivationName[];

const pair = (dice: Dice, least: number, most: number) =>
  [dice.between(least, most), dice.between(least, most)] as const;
const padding = (dice: Dice) => dice.pick(["same", "valid"] as const);
const dataFormat = (dice: Dice) => (dice.chance(4) ? "channelsFirst" : "channelsLast");
const sides = (dice: Dice, most: number) => [pair(dice, 0, most), pair(dice, 0, most)] as const;
const activation = (dice: Dice) => (dice.chance(2) ? dice.pick(ACTIVATIONS) : "linear");

/** Biases that are not 0, so that a bias at the wrong place shows. */
const biasInitializer = layers.randomNormal({ stddev: 0.3 });

function convolution(dice: Dice) {
  const dilated = dice.chance(5);
  return {
    kernelSize: pair(dice, 1, 3),
    strides: dilated ? 1 : pair(dice, 1, dice.chance(3) ? 4 : 2),
    dilationRate: dilated ? dice.between(2, 3) : 1,
    padding: padding(dice),
    activation: activation(dice),
    useBias: !dice.chance(4),
    biasInitializer,
    dataFormat: dataFormat(dice),
  } as const;
}

const pooling = (dice: Dice) =>
  ({
    poolSize: pair(dice, 1, 3),
    ...(dice.chance(3) ? {} : { strides: pair(dice, 1, 4) }),
    padding: padding(dice),
    dataFormat: dataFormat(dice),
  }) as const;

type Step = (dice: Dice, x: Symbolic) => Symbolic;

/** A branch that keeps the shape, to merge with what it came from. */
function branch(dice: Dice, x: Symbolic): Symbolic {
  const channels = x.shape.at(-1) ?? 1;
  const { strides: _, dataFormat: __, ...rest } = convolution(dice);
  return dice.pick([
    () => layers.conv2d({ ...rest, filters: channels, padding: "same" })(x),
    () => layers.maxPooling2d({ poolSize: dice.between(1, 3), strides: 1, padding: "same" })(x),
    () => layers.averagePooling2d({ poolSize: dice.between(1, 3), strides: 1, padding: "same" })(x),
    () => layers.batchNormalization()(x),
    () => layers.activation({ activation: dice.pick(ACTIVATIONS) })(x),
  ])();
}

/** What can be done to a picture. A step that does not fit the picture throws, and another one is drawn. */
const PICTURE_STEPS: readonly Step[] = [
  (dice, x) => layers.conv2d({ ...convolution(dice), filters: dice.between(1, 5) })(x),
  (dice, x) => {
    const groups = dice.pick([1, 2, 3]);
    const rest = { ...convolution(dice), dataFormat: "channelsLast" } as const;
    return layers.conv2d({ ...rest, filters: groups * dice.between(1, 3), groups })(x);
  },
  (dice, x) => layers.depthwiseConv2d({ ...depthwise(dice), depthMultiplier: dice.between(1, 2) })(x),
  (dice, x) => layers.separableConv2d({ ...depthwise(dice), filters: dice.between(1, 5) })(x),
  (dice, x) => {
    const { activation: name, padding: pad, useBias, ...rest } = convolution(dice);
    const [kernelSize, strides] = [pair(dice, 1, 3), dice.between(1, 3)];
    const given = { kernelSize, strides, padding: pad, activation: name, useBias, biasInitializer };
    const outputPadding = strides > 1 && dice.chance(3) ? { outputPadding: dice.below(strides) } : {};
    return layers.conv2dTranspose({ ...given, ...outputPadding, dataFormat: rest.dataFormat, filters: 3 })(x);
  },
  (dice, x) => layers.maxPooling2d(pooling(dice))(x),
  (dice, x) => layers.maxPooling2d(pooling(dice))(x),
  (dice, x) => layers.averagePooling2d(pooling(dice))(x),
  (dice, x) => layers.averagePooling2d(pooling(dice))(x),
  (dice, x) => layers.globalMaxPooling2d({ keepdims: true, dataFormat: dataFormat(dice) })(x),
  (dice, x) => layers.globalAveragePooling2d({ keepdims: true, dataFormat: dataFormat(dice) })(x),
  (dice, x) => layers.subsampling2d({ poolSize: pair(dice, 1, 2), activation: activation(dice) })(x),
  (dice, x) => layers.zeroPadding2d({ padding: sides(dice, 2), dataFormat: dataFormat(dice) })(x),
  (dice, x) => layers.zeroPadding2d({ padding: dice.between(1, 3) })(x),
  (dice, x) => layers.cropping2d({ cropping: sides(dice, 2), dataFormat: dataFormat(dice) })(x),
  (dice, x) => layers.batchNormalization({ axis: dice.pick([-1, 1, 2]), scale: dice.chance(2) })(x),
  (dice, x) => layers.localResponseNormalization({ depthRadius: dice.between(1, 3), alpha: 0.5, bias: 2 })(x),
  (dice, x) => layers.upSampling2d({ size: pair(dice, 1, 3), dataFormat: dataFormat(dice) })(x),
  (dice, x) => layers.upSampling2d({ size: pair(dice, 1, 3), interpolation: "bilinear" })(x),
  (dice, x) => layers.spatialDropout2d({ rate: 0.3, dataFormat: dataFormat(dice) })(x),
  (dice, x) => layers.pReLU({ sharedAxes: dice.pick([[1, 2], [3], []]), alphaInitializer: biasInitializer })(x),
  (dice, x) =>
    layers.permute({
      dims: dice.pick([
        [2, 1, 3],
        [3, 1, 2],
        [1, 3, 2],
      ]),
    })(x),
  (dice, x) => layers.add()([x, branch(dice, x)]),
  (dice, x) => layers.maximum()([branch(dice, x), branch(dice, x)]),
  (dice, x) => layers.multiply()([branch(dice, x), x]),
  (dice, x) => layers.subtract()([branch(dice, x), branch(dice, x)]),
  (dice, x) => layers.average()([branch(dice, x), x, branch(dice, x)]),
  (dice, x) => layers.concatenate({ axis: dice.pick([-1, 1, 2]) })([branch(dice, x), branch(dice, x)]),
];

function depthwise(dice: Dice) {
  // Keras's depthwise strides are the same in both directions.
  return { ...convolution(dice), strides: dice.between(1, 4), dilationRate: 1 } as const;
}

/** What can be done to anything. */
const STEPS: readonly Step[] = [
  (dice, x) => layers.activation({ activation: dice.pick(ACTIVATIONS) })(x),
  (_, x) => layers.leakyReLU()(x),
  (_, x) => layers.elu({ alpha: 0.7 })(x),
  (_, x) => layers.reLU({ maxValue: 1, negativeSlope: 0.1, threshold: 0.1 })(x),
  (dice, x) => layers.softmax({ axis: dice.pick([-1, 1]) })(x),
  (_, x) => layers.dropout({ rate: 0.3 })(x),
  (_, x) => layers.gaussianNoise({ stddev: 0.2 })(x),
  (_, x) => layers.batchNormalization()(x),
  (_, x) => layers.rescaling({ scale: -1.5, offset: 0.3 })(x),
  (_, x) => layers.dense({ units: 4, activation: "tanh", biasInitializer })(x),
];

const HEADS: readonly Step[] = [
  (_, x) => layers.dense({ units: 3, activation: "softmax" })(layers.flatten()(x)),
  (_, x) => layers.dense({ units: 3, activation: "softmax" })(layers.globalAveragePooling2d()(x)),
  (_, x) => layers.dense({ units: 3, activation: "softmax" })(layers.globalMaxPooling2d()(x)),
  (_, x) => x,
];

const LARGEST = 20;

function isSmall(shape: Shape): boolean {
  return shape.every((size) => size > 0 && size <= LARGEST);
}

export interface RandomStack {
  readonly model: Model;
  /** Whether its outputs are classes; otherwise numbers of any shape. */
  readonly classes: boolean;
}

/** Two to six layers, merges among them, and half of the time a head that classifies. */
export function randomStack(seed: number): RandomStack {
  const dice = new Dice(seed);
  const x = layers.input({ shape: [dice.between(2, 9), dice.between(2, 9), dice.between(1, 4)] });
  let y = x;
  for (let count = dice.between(2, 6); count > 0; ) {
    const step = dice.pick(dice.chance(4) ? STEPS : PICTURE_STEPS);
    const next = ifItFits(() => step(dice, y));
    if (!next || !isSmall(next.shape)) continue;
    y = next;
    count--;
  }
  const head = dice.pick(HEADS);
  const output = ifItFits(() => head(dice, y)) ?? y;
  return { model: model({ inputs: x, outputs: output, seed }), classes: output !== y };
}

function ifItFits(make: () => Symbolic): Symbolic | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof StriateError && (error.code === "shape" || error.code === "usage")) return undefined;
    throw error;
  }
}
