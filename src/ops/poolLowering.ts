import type { GraphBuilder, Value } from "../graph/index.ts";
import { at, sameShape, sizeOf } from "../tensor/index.ts";
import { div } from "./arithmetic.ts";
import { convTranspose } from "./convTranspose.ts";
import { zeroPad } from "./pad.ts";
import { expandTo, reshapeTo } from "./reshape.ts";
import { scatterElements } from "./scatter.ts";
import { sliceAxis } from "./slice.ts";
import { maxUnpool } from "./unpool.ts";
import type { Windows } from "./windows.ts";

interface MaxPoolGradInputs {
  readonly dY: Value;
  readonly X: Value;
  readonly Indices: Value;
}

/** Where windows do not overlap every element of the input is a maximum at most once, and nothing has to be added up. */
function overlaps({ kernel, strides, dilations }: Windows): boolean {
  return kernel.some((size, axis) => (size - 1) * at(dilations, axis) + 1 > at(strides, axis));
}

/** Sends dY back by the indices that MaxPool returned: to places of their own, or added up where windows overlap. */
export function lowerMaxPoolGrad(g: GraphBuilder, { dY, X, Indices }: MaxPoolGradInputs, windows: Windows): Value {
  if (!overlaps(windows)) {
    const { kernel, strides } = windows;
    return g.op(maxUnpool, [dY, Indices, g.int64s(...X.shape)], { kernel_shape: kernel, strides });
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
