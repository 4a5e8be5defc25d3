// Operations of Keras that change shapes or take parts, as layers of ours.

import type { Layer, Pooling2dOptions, SymbolicTensor } from "../../layers/index.ts";
import * as layers from "../../layers/index.ts";
import { type Shape, sizeOf } from "../../tensor/index.ts";
import { dataFormat, Misfit, padding, pair, shown } from "./codec.ts";
import { isRecord } from "./json.ts";
import type { OperationArguments } from "./operationArguments.ts";

/** An axis of a tensor of `rank` axes with the batch; never the batch itself. */
function axisOf(axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (resolved >= 1 && resolved < rank) return resolved;
  throw new Misfit(`works along axis ${axis}, which is the batch, or none of the ${rank} axes`);
}

function singleAxis(given: OperationArguments, key: string, rank: number, otherwise = -1): number {
  const [axis = otherwise, ...others] = given.axes(key) ?? [];
  if (others.length > 0) throw new Misfit(`has several axes for ${key}`);
  return axisOf(axis, rank);
}

const asShape = (x: SymbolicTensor, targetShape: Shape, name: string) => layers.reshape({ name, targetShape })(x);

export function concatenated(given: OperationArguments): SymbolicTensor {
  const tensors = given.tensors("xs");
  const [first] = tensors;
  const rank = (first?.shape.length ?? 0) + 1;
  return layers.concatenate({ name: given.name, axis: singleAxis(given, "axis", rank) })(tensors);
}

export function stacked(given: OperationArguments): SymbolicTensor {
  const tensors = given.tensors("x");
  const axis = singleAxis(given, "axis", (tensors[0]?.shape.length ?? 0) + 2, 0);
  const parts = tensors.map((tensor) =>
    layers.reshape({ targetShape: tensor.shape.toSpliced(axis - 1, 0, 1) })(tensor),
  );
  return layers.concatenate({ name: given.name, axis })(parts);
}

/** Equal parts, or those between given places. */
export function split(given: OperationArguments): readonly SymbolicTensor[] {
  const x = given.tensor("x");
  const axis = singleAxis(given, "axis", x.shape.length + 1);
  const size = x.shape[axis - 1] ?? 1;
  const sections = given.value("indices_or_sections");
  const isPlace = (place: unknown): place is number => Number.isSafeInteger(place) && Number(place) >= 0;
  const places =
    isPlace(sections) && sections > 0 && size % sections === 0
      ? Array.from({ length: sections - 1 }, (_, i) => ((i + 1) * size) / sections)
      : sections;
  if (!Array.isArray(places) || !places.every(isPlace)) {
    throw new Misfit(`splits ${size} places into ${shown(sections)}`);
  }
  const before = Array.from({ length: axis - 1 }, () => null);
  return [...places, size].map((end, i) => {
    const options = { begin: [...before, places[i - 1] ?? 0], end: [...before, end] };
    return layers.slice(i === 0 ? { ...options, name: given.name } : options)(x);
  });
}

/** x[:, 1:3, ..., None, -1]: parts along axes, single places, and new axes. */
export function sliced(given: OperationArguments): SymbolicTensor {
  const x = given.tensor("x");
  const { name } = given;
  const key = given.value("key");
  const keys: readonly unknown[] = Array.isArray(key) ? key : [key];
  const isEllipsis = (one: unknown) => isRecord(one) && one.class_name === "__ellipsis__";
  const whole = { class_name: "__slice__", config: {} };
  const axes = x.shape.length + 1;
  const missing = axes - keys.filter((one) => one !== null && !isEllipsis(one)).length;
  const filling = Array.from({ length: Math.max(0, missing) }, () => whole);
  const place = keys.findIndex(isEllipsis);
  const all = place < 0 ? [...keys, ...filling] : keys.toSpliced(place, 1, ...filling);
  const [batch, ...rest] = all;
  if (missing < 0 || !isWhole(batch) || rest.some(isEllipsis)) {
    throw new Misfit(`takes ${shown(key)} of ${axes} axes, of which the batch stays whole`);
  }
  const parts = rest.filter((one) => one !== null).map(partOf);
  const taken = layers.slice({
    begin: parts.map(({ begin }) => begin),
    end: parts.map(({ end }) => end),
    strides: parts.map(({ step }) => step),
    ...(rest.length === parts.length && parts.every(({ isSingle }) => !isSingle) ? { name } : {}),
  })(x);
  const shape: number[] = [];
  let axis = 0;
  for (const one of rest) {
    if (one === null) shape.push(1);
    else {
      if (!parts[axis]?.isSingle) shape.push(taken.shape[axis] ?? 1);
      axis++;
    }
  }
  return rest.length === shape.length && !rest.includes(null) ? taken : asShape(taken, shape, name);
}

function isWhole(key: unknown): boolean {
  const config = isRecord(key) && key.class_name === "__slice__" && isRecord(key.config) ? key.config : undefined;
  return config !== undefined && Object.values(config).every((bound) => bound === null);
}

function partOf(key: unknown) {
  const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);
  if (isInteger(key)) return { begin: key, end: key === -1 ? null : key + 1, step: 1, isSingle: true };
  const config = isRecord(key) && key.class_name === "__slice__" && isRecord(key.config) ? key.config : undefined;
  const { start = null, stop = null, step = null } = config ?? {};
  const isBound = (value: unknown): value is number | null => value === null || isInteger(value);
  if (config && isBound(start) && isBound(stop) && (step === null || (isInteger(step) && step > 0))) {
    return { begin: start, end: stop, step: step ?? 1, isSingle: false };
  }
  throw new Misfit(`takes ${shown(key)} of an axis; Striate takes a place, or places in steps of at least 1`);
}

export function reshaped(x: SymbolicTensor, given: OperationArguments): SymbolicTensor {
  const shape = given.value("newshape") ?? given.value("shape");
  const [batch, ...rest]: readonly unknown[] = Array.isArray(shape) ? shape : [];
  const isSize = (size: unknown): size is number => Number.isSafeInteger(size);
  const isOpen = batch === -1 || batch === null;
  if (isOpen && rest.every(isSize) && sizeOf(rest) === sizeOf(x.shape)) return asShape(x, rest, given.name);
  throw new Misfit(`makes ${shown(shape)} of ${shown([null, ...x.shape])}, which mixes the examples of a batch`);
}

/** New axes of size 1 (`ExpandDims`), or those of size 1 taken away (`Squeeze`). */
export function expanded(x: SymbolicTensor, given: OperationArguments, isNew: boolean): SymbolicTensor {
  const axes = given.axes("axis");
  const rank = x.shape.length + 1 + (isNew ? (axes?.length ?? 0) : 0);
  const chosen = axes?.map((axis) => axisOf(axis, rank)) ?? x.shape.flatMap((size, i) => (size === 1 ? [i + 1] : []));
  if (isNew) {
    const left = [...x.shape];
    const shape = Array.from({ length: rank - 1 }, (_, i) => (chosen.includes(i + 1) ? 1 : (left.shift() ?? 1)));
    return asShape(x, shape, given.name);
  }
  if (chosen.some((axis) => x.shape[axis - 1] !== 1)) throw new Misfit(`takes away axes of ${shown(x.shape)}`);
  return asShape(
    x,
    x.shape.filter((_, i) => !chosen.includes(i + 1)),
    given.name,
  );
}

/** The axes in the order that is given for each of the output. */
export function permuted(x: SymbolicTensor, given: OperationArguments, order: readonly number[]): SymbolicTensor {
  if (order[0] === 0) return layers.permute({ name: given.name, dims: order.slice(1) })(x);
  throw new Misfit(`moves the batch: it puts the axes in the order ${shown(order)}`);
}

function resolvedAxes(given: OperationArguments, key: string, rank: number): readonly number[] | undefined {
  return given.axes(key)?.map((axis) => (axis < 0 ? axis + rank : axis));
}

/** Which axis goes where in `Transpose`; `rank` is with the batch. */
export function transposition(given: OperationArguments, rank: number): readonly number[] {
  return resolvedAxes(given, "axes", rank) ?? [...Array(rank).keys()].reverse();
}

export function swap(given: OperationArguments, rank: number): readonly number[] {
  const [a] = resolvedAxes(given, "axis1", rank) ?? [];
  const [b] = resolvedAxes(given, "axis2", rank) ?? [];
  return [...Array(rank).keys()].map((axis) => (axis === a ? (b ?? 0) : axis === b ? (a ?? 0) : axis));
}

export function move(given: OperationArguments, rank: number): readonly number[] {
  const from = resolvedAxes(given, "source", rank) ?? [];
  const to = resolvedAxes(given, "destination", rank) ?? [];
  const axes = [...Array(rank).keys()];
  const others = axes.filter((axis) => !from.includes(axis));
  return axes.map((axis) => (to.includes(axis) ? from[to.indexOf(axis)] : others.shift()) ?? 0);
}

export function padded(x: SymbolicTensor, given: OperationArguments): SymbolicTensor {
  const widths = given.value("pad_width");
  const mode = given.value("mode") ?? "constant";
  const filling = given.value("constant_values") ?? 0;
  const isZero = (both: unknown) => JSON.stringify(both) === "[0,0]";
  const [batch, height, width, channels]: readonly unknown[] = Array.isArray(widths) ? widths : [];
  if (x.shape.length === 3 && isZero(batch) && isZero(channels) && mode === "constant" && filling === 0) {
    const both = (value: unknown): readonly [number, number] => {
      const read = pair.read(value);
      return typeof read === "number" ? [read, read] : read;
    };
    return layers.zeroPadding2d({ name: given.name, padding: [both(height), both(width)] })(x);
  }
  throw new Misfit(`pads ${shown(widths)} (${shown(mode)}); Striate pads height and width of pictures with zeros`);
}

export function pooled(given: OperationArguments, make: (options: Pooling2dOptions) => Layer): SymbolicTensor {
  const x = given.tensor("inputs");
  if (x.shape.length !== 3) throw new Misfit(`pools ${shown(x.shape)}; Striate pools pictures`);
  const [poolSize, strides] = [given.value("pool_size"), given.value("strides")];
  const format = given.value("data_format");
  return make({
    name: given.name,
    poolSize: pair.read(poolSize),
    strides: pair.read(strides ?? poolSize),
    padding: padding.read(given.value("padding") ?? "valid"),
    ...(format === null ? {} : { dataFormat: dataFormat.read(format) }),
  })(x);
}
