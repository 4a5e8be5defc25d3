import type { GraphBuilder, Value } from "../graph/index.ts";
import { at, type Shape, sameShape, sizeOf, stridesOf } from "../tensor/index.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { convTranspose } from "./convTranspose.ts";
import { gather } from "./gather.ts";
import { pad, zeroPad } from "./pad.ts";
import { expandTo, reshapeTo } from "./reshape.ts";
import { scatterElements } from "./scatter.ts";
import { sliceAxis } from "./slice.ts";
import { maxUnpool } from "./unpool.ts";
import { padsReachKernel, padsToLastWindow, type Windows } from "./windows.ts";

interface MaxPoolGradInputs {
  readonly dY: Value;
  readonly X: Value;
  readonly Indices: Value;
}

/** The input with a number around it, as far as the windows reach. */
export function padToLastWindow(g: GraphBuilder, X: Value, windows: Windows, number: number): Value {
  const [pads, rank] = [padsToLastWindow(windows), windows.input.length];
  const amounts = g.int64s(0, 0, ...pads.slice(0, rank), 0, 0, ...pads.slice(rank));
  return g.op(pad, [X, amounts, g.scalar(X, number)]);
}

/** What MaxPool's indices into an input that `padToLastWindow` made are in the input itself. */
export function unpaddedIndices(g: GraphBuilder, Indices: Value, { input, before }: Windows, padded: Shape): Value {
  const [plane, rest] = [sizeOf(padded), stridesOf(padded)];
  const places = Array.from({ length: plane }, (_, index) => {
    const place = padded.map((size, axis) => (Math.floor(index / at(rest, axis)) % size) - at(before, axis));
    const inside = place.every((position, axis) => position >= 0 && position < at(input, axis));
    return inside ? place.reduce((offset, position, axis) => offset * at(input, axis) + position, 0) : 0;
  });
  const planes = g.op(div, [Indices, g.scalar(Indices, plane)]);
  const within = g.op(sub, [Indices, g.op(mul, [planes, g.scalar(Indices, plane)])]);
  const offsets = g.op(mul, [planes, g.scalar(Indices, sizeOf(input))]);
  return g.op(add, [offsets, g.op(gather, [g.int64s(...places), within])]);
}

/** Where windows do not overlap every element of the input is a maximum at most once, and nothing has to be added up. */
function overlaps({ kernel, strides, dilations }: Windows): boolean {
  return kernel.some((size, axis) => (size - 1) * at(dilations, axis) + 1 > at(strides, axis));
}

/** Sends dY back by the indices that MaxPool returned: to places of their own, or added up where windows overlap. */
export function lowerMaxPoolGrad(g: GraphBuilder, { dY, X, Indices }: MaxPoolGradInputs, windows: Windows): Value {
  if (!overlaps(windows) && !padsReachKernel(windows)) {
    const { kernel, strides } = windows;
    const attributes = { kernel_shape: kernel, strides, pads: padsToLastWindow(windows) };
    return g.op(maxUnpool, [dY, Indices, g.int64s(...X.shape)], attributes);
  }
  const [total, maxima] = [sizeOf(X.shape), sizeOf(dY.shape)];
  const nothing = expandTo(g, g.numbers(dY.dtype, [1], [0]), [total]);
  const flat = [nothing, reshapeTo(g, Indices, [maxima]), reshapeTo(g, dY, [maxima])];
  return reshapeTo(g, g.op(scatterElements, flat, { reduction: "add" }), X.shape);
}

/**
 * Windows that tile the input are repeated by broadcasting; all others are a transposed convolution, channel by
 * channel, with a kernel of ones.
 */
export function lowerAveragePoolGrad(g: GraphBuilder, dY: Value, windows: Windows, counts: readonly number[]): Value {
  const { kernel, strides, dilations, before, after, input, output } = windows;
  const [batch, channels] = [at(dY.shape, 0), at(dY.shape, 1)];
  const share = g.op(div, [dY, g.numbers(dY.dtype, output, counts)]);
  const full = [batch, channels, ...input];
  if (sameShape(kernel, strides) && dilations.every((d) => d === 1) && [...before, ...after].every((p) => p === 0)) {
    const split = reshapeTo(g, share, [batch, channels, ...output.flatMap((size) => [size, 1])]);
    const repeated = expandTo(g, split, [batch, channels, ...output.flatMap((size, axis) => [size, at(kernel, axis)])]);
    const tiled = reshapeTo(g, repeated, [batch, channels, ...output.map((size, axis) => size * at(kernel, axis))]);
    const cut = input.reduce(
      (value, size, axis) => sliceAxis(g, value, axis + 2, 0, Math.min(size, at(value.shape, axis + 2))),
      tiled,
    );
    return zeroPad(
      g,
      cut,
      full.map(() => 0),
      full.map((size, axis) => size - at(cut.shape, axis)),
    );
  }
  const pads = [...before, ...after];
  // A last window that reaches beyond the padding (ceil mode) makes the transposed convolution larger than the input.
  const overhang = input.map((size, axis) => {
    const reach = (at(output, axis) - 1) * at(strides, axis) + (at(kernel, axis) - 1) * at(dilations, axis) + 1;
    return reach - (size + at(before, axis) + at(after, axis));
  });
  const flat = reshapeTo(g, share, [batch * channels, 1, ...output]);
  const ones = expandTo(g, g.numbers(dY.dtype, [1], [1]), [1, 1, ...kernel]);
  const spread = g.op(convTranspose, [flat, ones], {
    strides,
    dilations,
    pads,
    output_padding: overhang.map((rest) => Math.max(0, -rest)),
  });
  const cut = input.reduce((value, size, axis) => sliceAxis(g, value, axis + 2, 0, size), spread);
  return reshapeTo(g, cut, full);
}
