// Pieces of pictures.
import { StriateError } from "../../errors.ts";
import { convTranspose, pad, slice } from "../../ops/index.ts";
import { at, normalizeAxis, sizeOf, toNumbers } from "../../tensor/index.ts";
import { addOne, type Importer, input, intList, ints, known, reshaped } from "./context.ts";

/** Patches, a column each, added up in their places: a transposed convolution in which each tap has its own channel. */
const columnsToImage: Importer = (context) => {
  const columns = input(context, 0);
  const size = [...toNumbers(known(context, "image_shape", input(context, 1)))];
  const kernel = [...toNumbers(known(context, "block_shape", input(context, 2)))];
  const strides = ints(context, "strides") ?? size.map(() => 1);
  const dilations = ints(context, "dilations") ?? size.map(() => 1);
  const pads = ints(context, "pads") ?? [...size, ...size].map(() => 0);
  const taps = sizeOf(kernel);
  const [batch, rows] = [at(columns.shape, 0), at(columns.shape, 1)];
  const channels = rows / taps;
  const steps = size.map((length, axis) => {
    const padded = length + at(pads, axis) + at(pads, size.length + axis);
    return Math.floor((padded - at(dilations, axis) * (at(kernel, axis) - 1) - 1) / at(strides, axis)) + 1;
  });
  if (!Number.isInteger(channels) || sizeOf(steps) !== at(columns.shape, 2)) {
    throw new StriateError(
      "shape",
      `Col2Im: columns of [${columns.shape.join(",")}] are no patches of ${kernel.join("x")} of ${size.join("x")} pictures`,
    );
  }
  const left = size.map((length, axis) => {
    const covered = (at(steps, axis) - 1) * at(strides, axis) + at(dilations, axis) * (at(kernel, axis) - 1) + 1;
    return length + at(pads, axis) + at(pads, size.length + axis) - covered;
  });
  context.spend(channels * taps * taps);
  const weights = new Array<number>(channels * taps * taps).fill(0);
  for (let row = 0; row < rows; row++) weights[row * taps + (row % taps)] = 1;
  const w = context.g.numbers(columns.dtype, [rows, 1, ...kernel], weights);
  const x = reshaped(context, columns, [batch, rows, ...steps]);
  return context.add(convTranspose, [x, w], {
    group: channels,
    strides,
    dilations,
    pads,
    kernel_shape: kernel,
    output_padding: left,
  });
};

/** The middle of what is too large, zeros around what is too small. */
const centerCropPad: Importer = (context) => {
  const data = input(context, 0);
  const target = [...toNumbers(known(context, "shape", input(context, 1)))];
  const rank = data.shape.length;
  const axes = (ints(context, "axes") ?? [...data.shape.keys()]).map((axis) => normalizeAxis(axis, rank));
  if (axes.length !== target.length) {
    throw new StriateError("shape", `CenterCropPad: ${target.length} sizes for ${axes.length} axes`);
  }
  const [starts, before] = [data.shape.map(() => 0), data.shape.map(() => 0)];
  const [ends, after] = [[...data.shape], data.shape.map(() => 0)];
  for (const [i, axis] of axes.entries()) {
    const [from, to] = [at(data.shape, axis), at(target, i)];
    if (from > to) {
      starts[axis] = Math.floor((from - to) / 2);
      ends[axis] = at(starts, axis) + to;
    } else {
      before[axis] = Math.floor((to - from) / 2);
      after[axis] = to - from - at(before, axis);
    }
  }
  const cut = addOne(context, slice, [data, intList(context, starts), intList(context, ends)]);
  return context.add(pad, [cut, intList(context, [...before, ...after])]);
};

export const PATCHES: Readonly<Record<string, Importer>> = {
  Col2Im: columnsToImage,
  CenterCropPad: centerCropPad,
};
