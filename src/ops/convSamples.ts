import type { Attribute, Sample, SampleInput } from "../graph/index.ts";
import type { Shape } from "../tensor/index.ts";

interface ConvCase {
  readonly name: string;
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** Convolutions that between them use every attribute, and every formulation of the gradients. */
const CASES: readonly ConvCase[] = [
  { name: "valid", x: [2, 4, 5, 6], w: [3, 4, 3, 2], y: [2, 3, 3, 5] },
  {
    name: "one channel, padded",
    x: [2, 1, 6, 5],
    w: [2, 1, 3, 3],
    y: [2, 2, 6, 5],
    attributes: { pads: [1, 1, 1, 1] },
  },
  { name: "pads of each side", x: [2, 4, 4, 5], w: [2, 4, 3, 3], y: [2, 2, 5, 6], attributes: { pads: [2, 0, 1, 3] } },
  {
    name: "more padding than kernel",
    x: [1, 4, 3, 3],
    w: [2, 4, 1, 2],
    y: [1, 2, 5, 6],
    attributes: { pads: [1, 2, 1, 2] },
  },
  { name: "strided with a rest", x: [2, 4, 6, 7], w: [3, 4, 3, 3], y: [2, 3, 2, 3], attributes: { strides: [2, 2] } },
  {
    name: "strided, one channel",
    x: [2, 1, 8, 7],
    w: [3, 1, 3, 2],
    y: [2, 3, 3, 6],
    attributes: { strides: [3, 1], pads: [1, 0, 1, 0] },
  },
  { name: "dilated", x: [2, 4, 7, 6], w: [2, 4, 3, 2], y: [2, 2, 3, 4], attributes: { dilations: [2, 2] } },
  { name: "grouped", x: [2, 4, 5, 5], w: [6, 2, 3, 3], y: [2, 6, 5, 5], attributes: { group: 2, pads: [1, 1, 1, 1] } },
  {
    name: "depthwise, strided",
    x: [2, 3, 6, 6],
    w: [6, 1, 3, 3],
    y: [2, 6, 3, 3],
    attributes: { group: 3, strides: [2, 2], pads: [0, 0, 1, 1] },
  },
  {
    name: "same upper",
    x: [1, 4, 5, 6],
    w: [2, 4, 2, 3],
    y: [1, 2, 3, 3],
    attributes: { auto_pad: "SAME_UPPER", strides: [2, 2] },
  },
  { name: "same lower", x: [1, 4, 5, 6], w: [2, 4, 2, 4], y: [1, 2, 5, 6], attributes: { auto_pad: "SAME_LOWER" } },
  {
    name: "same, dilated",
    x: [1, 4, 6, 7],
    w: [2, 4, 3, 2],
    y: [1, 2, 6, 7],
    attributes: { auto_pad: "SAME_UPPER", dilations: [2, 3] },
  },
  {
    name: "many filters on one channel",
    x: [2, 1, 6, 7],
    w: [10, 1, 3, 3],
    y: [2, 10, 5, 7],
    attributes: { dilations: [2, 1], pads: [2, 1, 1, 1] },
  },
  { name: "pointwise", x: [2, 5, 3, 4], w: [3, 5, 1, 1], y: [2, 3, 3, 4] },
  { name: "one axis", x: [2, 4, 7], w: [3, 4, 3], y: [2, 3, 4], attributes: { strides: [2], pads: [1, 1] } },
];

/** The samples of Conv itself. */
export function convSamples(
  inputs: (x: Shape, w: Shape, filters: number) => readonly SampleInput[],
): readonly Sample[] {
  return CASES.map(({ name, x, w, attributes }) => ({
    name,
    inputs: inputs(x, w, w[0] ?? 0),
    ...(attributes && { attributes }),
  }));
}

/** The samples of a gradient of Conv, which takes the gradient `y` of the output and one of the two inputs. */
export function convGradSamples(use: (x: Shape, w: Shape, y: Shape) => Omit<Sample, "name">): readonly Sample[] {
  return CASES.map(({ name, x, w, y, attributes }) => {
    const { inputs, attributes: more } = use(x, w, y);
    return { name, inputs, attributes: { ...attributes, ...more } };
  });
}
