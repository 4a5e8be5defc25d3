import { StriateError } from "../errors.ts";
import type { GraphBuilder, Value } from "../graph/index.ts";
import { reshapeTo, transposeBy } from "../ops/index.ts";
import { type Shape, shapeText } from "../tensor/index.ts";
import type { DataFormat } from "./dataFormat.ts";

export type { DataFormat } from "./dataFormat.ts";

/** What flows between layers. */
export interface Feature {
  readonly value: Value;
  /** The value is [batch, channels, height, width] while the API's order is [batch, height, width, channels]. */
  readonly moved: boolean;
}

/** The feature's shape at the API, without the batch. */
export function apiShape({ value, moved }: Feature): Shape {
  const [, ...shape] = value.shape;
  if (!moved) return shape;
  const [channels = 0, ...spatial] = shape;
  return [...spatial, channels];
}

/** The value in the API's own order. */
export function inApiOrder(g: GraphBuilder, { value, moved }: Feature): Value {
  return moved ? transposeBy(g, value, [0, 2, 3, 1]) : value;
}

/** Where an axis of the API's order, the batch being 0, is in the value. */
export function axisInGraph({ moved }: Pick<Feature, "moved">, axis: number): number {
  return moved ? ([0, 2, 3, 1][axis] ?? axis) : axis;
}

/**
 * The axis of a feature that an option names as Keras does: the batch is 0, negative ones count from the end.
 * @throws StriateError `shape` when the input has no such axis, or when it is the batch.
 */
export function apiAxis(axis: number, input: Shape): number {
  const resolved = axis < 0 ? axis + input.length + 1 : axis;
  if (!Number.isInteger(axis) || resolved < 1 || resolved > input.length) {
    throw new StriateError(
      "shape",
      `its axis ${axis} is not among those of ${shapeText(input)}; give 1 to ${input.length}, or -${input.length} to -1`,
    );
  }
  return resolved;
}

/** Numbers as a constant that broadcasts to a feature: one for all, or one for each place along an axis. */
export function numbersAlong(
  g: GraphBuilder,
  feature: Feature,
  axis: number,
  numbers: number | readonly number[],
): Value {
  const { value } = feature;
  if (typeof numbers === "number") return g.scalar(value, numbers);
  const at = axisInGraph(feature, axis);
  return g.numbers(
    value.dtype,
    value.shape.slice(at).map((_, i) => (i === 0 ? numbers.length : 1)),
    numbers,
  );
}

/** The value as [batch, channels, height, width], for a layer that reads its input in `dataFormat`. */
export function channelsFirst(g: GraphBuilder, feature: Feature, dataFormat: DataFormat): Value {
  if (feature.moved) {
    return dataFormat === "channelsLast" ? feature.value : inApiOrder(g, feature);
  }
  return dataFormat === "channelsLast" ? transposeBy(g, feature.value, [0, 3, 1, 2]) : feature.value;
}

/** The output of a layer that computed [batch, channels, height, width]. */
export function fromChannelsFirst(value: Value, dataFormat: DataFormat): Feature {
  return { value, moved: dataFormat === "channelsLast" };
}

export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** @throws StriateError `shape` when the input is not a picture. */
export function pictureOf(shape: Shape, dataFormat: DataFormat): Picture {
  const [a, b, c] = shape;
  if (shape.length !== 3 || a === undefined || b === undefined || c === undefined) {
    const expected = dataFormat === "channelsLast" ? "[height, width, channels]" : "[channels, height, width]";
    throw new StriateError("shape", `it needs pictures ${expected}, received ${shapeText(shape)}`);
  }
  return dataFormat === "channelsLast" ? { height: a, width: b, channels: c } : { channels: a, height: b, width: c };
}

export function pictureShape({ height, width, channels }: Picture, dataFormat: DataFormat): Shape {
  return dataFormat === "channelsLast" ? [height, width, channels] : [channels, height, width];
}

/** A weight with one axis for each of `axes` (the API's, rising, the batch being 0), so shaped that it broadcasts. */
export function broadcastAlong(g: GraphBuilder, weight: Value, feature: Feature, axes: readonly number[]): Value {
  const places = axes.map((axis) => axisInGraph(feature, axis));
  const sorted = places.toSorted((a, b) => a - b);
  const inOrder = transposeBy(
    g,
    weight,
    sorted.map((place) => places.indexOf(place)),
  );
  const { shape } = feature.value;
  return reshapeTo(
    g,
    inOrder,
    shape.map((size, place) => (places.includes(place) ? size : 1)),
  );
}

/** The axes that an option names as Keras does, the batch being 0, rising. @throws StriateError `shape` */
export function apiAxes(axis: number | readonly number[], input: Shape): readonly number[] {
  const axes = [axis].flat().map((one) => apiAxis(one, input));
  if (axes.length > 0 && new Set(axes).size === axes.length) return axes.toSorted((a, b) => a - b);
  throw new StriateError("shape", `its axis ${shapeText([axis].flat())} must name at least one axis, and each once`);
}
