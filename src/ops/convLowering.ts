import type { GraphBuilder, Value } from "../graph/index.ts";
import { at, BYTES_PER_ELEMENT, sizeOf } from "../tensor/index.ts";
import { add } from "./arithmetic.ts";
import { concat } from "./concat.ts";
import { conv } from "./conv.ts";
import type { ConvGeometry } from "./convGeometry.ts";
import { convTranspose } from "./convTranspose.ts";
import { gemm, matMul } from "./matmul.ts";
import { zeroPad } from "./pad.ts";
import { reduceSum } from "./reduce.ts";
import { reshapeTo } from "./reshape.ts";
import { reverseAxes, slice, sliceAxis } from "./slice.ts";
import { transposeBy } from "./transpose.ts";

/**
 * The gradient of Conv by its input. At stride 1 it is a convolution with the weights turned round and their channels
 * swapped, which engines run faster than a transposed convolution, or one for each row of the kernel; otherwise it is
 * a transposed convolution.
 */
export function lowerConvInputGrad(g: GraphBuilder, dY: Value, W: Value, geometry: ConvGeometry): Value {
  const { kernel, strides, dilations, before, after } = geometry.windows;
  const extent = kernel.map((size, axis) => (size - 1) * at(dilations, axis));
  const room = [
    extent.map((size, axis) => size - at(before, axis)),
    extent.map((size, axis) => size - at(after, axis)),
  ] as const;
  if (!strides.every((stride) => stride === 1) || room.flat().some((amount) => amount < 0)) {
    return transposedConv(g, dY, W, geometry);
  }
  return paysByRows(geometry)
    ? turnedConvByRows(g, dY, W, geometry, room)
    : turnedConv(g, dY, W, geometry, room.flat());
}

function turnedConv(g: GraphBuilder, dY: Value, W: Value, geometry: ConvGeometry, pads: readonly number[]): Value {
  const { groups, inputs, outputs, windows } = geometry;
  const { kernel, dilations } = windows;
  const spatial = [...kernel.keys()];
  const grouped = reshapeTo(g, W, [groups, outputs, inputs, ...kernel]);
  const swapped = transposeBy(g, grouped, [0, 2, 1, ...spatial.map((axis) => axis + 3)]);
  const weights = reshapeTo(g, swapped, [groups * inputs, outputs, ...kernel]);
  const turned = reverseAxes(
    g,
    weights,
    spatial.map((axis) => axis + 2),
  );
  return g.op(conv, [dY, turned], { pads, dilations, group: groups });
}

/**
 * Engines spread the picture out, each element once for every tap, before they multiply. With few channels on the way
 * out and many on the way in that costs as much as the product; a kernel of one row spreads it out less by the number
 * of rows, for the price of adding up the rows' results. The factor of 8 is an estimate from the bytes that either
 * moves; measured is LeNet's second convolution, at a factor of 10, where it pays (bench/README.md).
 */
function paysByRows({ groups, inputs, outputs, windows: { kernel } }: ConvGeometry): boolean {
  const [rows = 1, columns = 1] = kernel;
  return groups === 1 && kernel.length === 2 && outputs * columns * (rows - 1) > 8 * inputs * rows;
}

/** All rows of the kernel in one convolution with a kernel of one row, whose results are shifted and added up. */
function turnedConvByRows(
  g: GraphBuilder,
  dY: Value,
  W: Value,
  { inputs, outputs, windows }: ConvGeometry,
  [[, left = 0], [, right = 0]]: readonly [readonly number[], readonly number[]],
): Value {
  const [rows = 1, columns = 1] = windows.kernel;
  const [rowStep = 1, columnStep = 1] = windows.dilations;
  const [top = 0] = windows.before;
  const [height = 1] = windows.input;
  const [outputHeight = 1] = windows.output;
  const byRow = reshapeTo(g, transposeBy(g, W, [2, 1, 0, 3]), [rows * inputs, outputs, 1, columns]);
  const pads = [0, left, 0, right];
  const all = g.op(conv, [dY, reverseAxes(g, byRow, [3])], { pads, dilations: [1, columnStep] });
  return Array.from({ length: rows }, (_, row) => {
    const part = sliceAxis(g, all, 1, row * inputs, (row + 1) * inputs);
    const shift = top - row * rowStep;
    return zeroPad(g, part, [0, 0, -shift, 0], [0, 0, height - outputHeight + shift, 0]);
  }).reduce((sum, part) => g.op(add, [sum, part]));
}

function transposedConv(g: GraphBuilder, dY: Value, W: Value, { groups, windows }: ConvGeometry): Value {
  const { kernel, strides, dilations, before, after, input, output } = windows;
  // What the windows leave over at the end of the input gets no gradient from them.
  const rest = input.map((size, axis) => {
    const extent = (at(kernel, axis) - 1) * at(dilations, axis) + 1;
    return size + at(before, axis) + at(after, axis) - ((at(output, axis) - 1) * at(strides, axis) + extent);
  });
  const pads = [...before, ...after];
  return g.op(convTranspose, [dY, W], { strides, dilations, group: groups, pads, output_padding: rest });
}

/**
 * The gradient of Conv by its weights: one matrix product of the output's gradient with the shifted inputs of all taps.
 * With few input channels that matrix is too narrow to be fast, and a convolution whose batch and channels are
 * swapped is better; with groups every picture has a product of its own.
 */
export function lowerConvWeightGrad(g: GraphBuilder, dY: Value, X: Value, geometry: ConvGeometry): Value {
  if (geometry.groups > 1) return perPicture(g, dY, X, geometry);
  return geometry.inputs <= 3 ? swappedConv(g, dY, X, geometry) : gemmOverTaps(g, dY, X, geometry);
}

/** The input under each tap of the kernel, for every output position: as many values as taps, shaped [., ., ...output]. */
function shiftedInputs(g: GraphBuilder, X: Value, { windows }: ConvGeometry): Value[] {
  const { kernel, strides, dilations, before, after, output } = windows;
  const padded = zeroPad(g, X, [0, 0, ...before], [0, 0, ...after]);
  const axes = g.int64s(...kernel.map((_, axis) => axis + 2));
  const steps = g.int64s(...strides);
  return Array.from({ length: sizeOf(kernel) }, (_, tap) => {
    let rest = tap;
    const starts = kernel.map(() => 0);
    for (let axis = kernel.length - 1; axis >= 0; axis--) {
      starts[axis] = (rest % at(kernel, axis)) * at(dilations, axis);
      rest = Math.floor(rest / at(kernel, axis));
    }
    const ends = starts.map((start, axis) => start + (at(output, axis) - 1) * at(strides, axis) + 1);
    return g.op(slice, [padded, g.int64s(...starts), g.int64s(...ends), axes, steps]);
  });
}

function swapFirstTwo(g: GraphBuilder, value: Value): Value {
  return transposeBy(g, value, [1, 0, ...[...value.shape.keys()].slice(2)]);
}

/** What the inputs under some taps may take together before they are multiplied: a step's largest value otherwise. */
const MOST_COLUMN_BYTES = 64 << 20;

/** [outputs, batch * positions] times [taps * inputs, batch * positions] transposed, some taps at a time. */
function gemmOverTaps(g: GraphBuilder, dY: Value, X: Value, geometry: ConvGeometry): Value {
  const { batch, inputs, outputs, windows } = geometry;
  const [taps, depth] = [sizeOf(windows.kernel), batch * sizeOf(windows.output)];
  const rows = reshapeTo(g, swapFirstTwo(g, dY), [outputs, depth]);
  const shifted = shiftedInputs(g, swapFirstTwo(g, X), geometry);
  const bytesOfTap = inputs * depth * BYTES_PER_ELEMENT[X.dtype];
  const parts = Math.min(taps, Math.ceil((taps * bytesOfTap) / MOST_COLUMN_BYTES));
  const products = evenParts(shifted, parts).map((part) => {
    const columns = joined(g, part, 0);
    return g.op(gemm, [rows, reshapeTo(g, columns, [part.length * inputs, depth])], { transB: 1 });
  });
  const byTap = reshapeTo(g, joined(g, products, 1), [outputs, taps, inputs]);
  return reshapeTo(g, transposeBy(g, byTap, [0, 2, 1]), [outputs, inputs, ...windows.kernel]);
}

/** A list as so many lists, one after the other, whose lengths differ by at most 1. */
function evenParts<T>(list: readonly T[], parts: number): T[][] {
  const start = (part: number) => Math.round((part * list.length) / parts);
  return Array.from({ length: parts }, (_, part) => list.slice(start(part), start(part + 1)));
}

function joined(g: GraphBuilder, values: readonly Value[], axis: number): Value {
  return values.length === 1 ? at(values, 0) : g.op(concat, values, { axis });
}

/** Input channels take the place of the batch, pictures that of the channels, and dY that of the weights. */
function swappedConv(g: GraphBuilder, dY: Value, X: Value, { windows }: ConvGeometry): Value {
  const { kernel, strides, dilations, before, after } = windows;
  const attributes = { strides: dilations, dilations: strides, pads: [...before, ...after] };
  const product = g.op(conv, [swapFirstTwo(g, X), swapFirstTwo(g, dY)], attributes);
  // A rest of the input that no window reaches makes the result larger than the kernel.
  const cut = kernel.reduce((value, size, axis) => sliceAxis(g, value, axis + 2, 0, size), product);
  return swapFirstTwo(g, cut);
}

/** A product for each picture and group, summed over the pictures. */
function perPicture(g: GraphBuilder, dY: Value, X: Value, geometry: ConvGeometry): Value {
  const { batch, groups, inputs, outputs, windows } = geometry;
  const [taps, positions] = [sizeOf(windows.kernel), sizeOf(windows.output)];
  const parts = shiftedInputs(g, X, geometry).map((part) => reshapeTo(g, part, [batch, groups, inputs, 1, positions]));
  const columns = reshapeTo(g, joined(g, parts, 3), [batch, groups, inputs * taps, positions]);
  const rows = reshapeTo(g, dY, [batch, groups, outputs, positions]);
  const products = g.op(matMul, [rows, transposeBy(g, columns, [0, 1, 3, 2])]);
  return reshapeTo(g, g.op(reduceSum, [products, g.int64s(0)], { keepdims: 0 }), [
    groups * outputs,
    inputs,
    ...windows.kernel,
  ]);
}
