import { StriateError } from "../errors.ts";
import { ints, string } from "../graph/index.ts";
import { at, type Shape, shapeText, sizeOf } from "../tensor/index.ts";

/** The attributes that Conv and the pooling ops share. Empty lists mean 1 (strides, dilations) or 0 (pads) everywhere. */
export const WINDOW_ATTRIBUTES = {
  kernel_shape: ints([]),
  strides: ints([]),
  pads: ints([]),
  dilations: ints([]),
  auto_pad: string<string>("NOTSET"),
};

export interface WindowAttributes {
  readonly kernel_shape: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly auto_pad: string;
  readonly ceil_mode?: number;
}

/** Where a window slides: everything along each spatial axis, with all defaults and `auto_pad` resolved. */
export interface Windows {
  readonly input: Shape;
  readonly kernel: Shape;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly output: Shape;
}

/**
 * Places windows of `kernel` over `input` (spatial sizes only). The output's size is floor((n + pads - k') / s) + 1
 * with k' = (k - 1) dilation + 1; with `ceil_mode` it is rounded up, unless the last window would begin in the
 * padding after the input. `SAME_UPPER` and `SAME_LOWER` give ceil(n / s).
 */
export function placeWindows(op: string, input: Shape, kernel: Shape, attributes: WindowAttributes): Windows {
  const rank = input.length;
  const filled = (list: readonly number[], value: number, length = rank) =>
    list.length > 0 ? list : new Array<number>(length).fill(value);
  const strides = filled(attributes.strides, 1);
  const dilations = filled(attributes.dilations, 1);
  const pads = filled(attributes.pads, 0, 2 * rank);
  if (kernel.length !== rank || strides.length !== rank || dilations.length !== rank || pads.length !== 2 * rank) {
    throw new StriateError(
      "shape",
      `${op}: kernel ${shapeText(kernel)}, strides ${shapeText(strides)}, dilations ${shapeText(dilations)} and pads ${shapeText(pads)} do not fit an input with spatial sizes ${shapeText(input)}`,
    );
  }
  if ([...kernel, ...strides, ...dilations].some((number) => !Number.isInteger(number) || number < 1)) {
    throw new StriateError(
      "shape",
      `${op}: kernel ${shapeText(kernel)}, strides ${shapeText(strides)} and dilations ${shapeText(dilations)} must be whole numbers of at least 1`,
    );
  }
  const extents = kernel.map((size, axis) => (size - 1) * at(dilations, axis) + 1);
  const before: number[] = [];
  const after: number[] = [];
  const output: number[] = [];
  for (const [axis, size] of input.entries()) {
    const [stride, extent] = [at(strides, axis), at(extents, axis)];
    if (attributes.auto_pad.startsWith("SAME")) {
      const out = Math.ceil(size / stride);
      const total = Math.max(0, (out - 1) * stride + extent - size);
      const less = Math.floor(total / 2);
      before.push(attributes.auto_pad === "SAME_UPPER" ? less : total - less);
      after.push(total - at(before, axis));
      output.push(out);
      continue;
    }
    const padded = attributes.auto_pad !== "VALID";
    before.push(padded ? at(pads, axis) : 0);
    after.push(padded ? at(pads, rank + axis) : 0);
    const room = size + at(before, axis) + at(after, axis) - extent;
    if (room < 0) {
      throw new StriateError(
        "shape",
        `${op}: a kernel of ${kernel.join("x")} covers ${extents.join("x")} and does not fit an input of ${input.join("x")} with padding ${before.join(",")} before and ${after.join(",")} after`,
      );
    }
    let count = (attributes.ceil_mode ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
    if (attributes.ceil_mode && (count - 1) * stride >= size + at(before, axis)) count--;
    output.push(count);
  }
  return { input, kernel, strides, dilations, before, after, output };
}

/** The pads, those before and those after, with which the windows come out without `auto_pad` and `ceil_mode`. */
export function padsToLastWindow({ input, kernel, strides, dilations, before, output }: Windows): number[] {
  const after = input.map((size, axis) => {
    const extent = (at(kernel, axis) - 1) * at(dilations, axis) + 1;
    return Math.max(0, (at(output, axis) - 1) * at(strides, axis) + extent - at(before, axis) - size);
  });
  return [...before, ...after];
}

/** Whether ONNX Runtime refuses these windows for a pooling: a pad that is no smaller than the kernel, dilated or not. */
export function padsReachKernel(windows: Windows): boolean {
  const { kernel } = windows;
  return padsToLastWindow(windows).some((amount, i) => amount >= at(kernel, i % kernel.length));
}

/**
 * The attributes with the pads written out, or `undefined` where they are. ONNX Runtime has negative pads for `auto_pad`
 * where a stride is larger than the kernel, refuses it with dilation, and in files before opset 22 `ceil_mode` keeps a
 * window that begins in the padding.
 */
export function writtenOut<A extends WindowAttributes>(attributes: A, windows: Windows): A | undefined {
  if (attributes.auto_pad === "NOTSET" && !attributes.ceil_mode) return undefined;
  const ceil = attributes.ceil_mode === undefined ? {} : { ceil_mode: 0 };
  return { ...attributes, ...ceil, auto_pad: "NOTSET", pads: padsToLastWindow(windows) };
}

/** In a table of taps: the tap lies in the padding. */
export const IN_PADDING = -1;
/** In a table of taps: the tap lies beyond the padding, where only `ceil_mode` reaches. */
export const BEYOND_PADDING = -2;

/**
 * For every output position and every tap of the kernel, both in row-major order, the index of the input element under
 * it, or `IN_PADDING` or `BEYOND_PADDING`.
 */
export function tapTable({ input, kernel, strides, dilations, before, after, output }: Windows): Int32Array {
  const taps = sizeOf(kernel);
  const table = new Int32Array(sizeOf(output) * taps);
  for (let index = 0; index < table.length; index++) {
    let [position, tap, stride, offset] = [Math.floor(index / taps), index % taps, 1, 0];
    for (let axis = input.length - 1; axis >= 0; axis--) {
      const [size, steps, width] = [at(input, axis), at(output, axis), at(kernel, axis)];
      const place = (position % steps) * at(strides, axis) + (tap % width) * at(dilations, axis) - at(before, axis);
      if (place >= size + at(after, axis)) offset = BEYOND_PADDING;
      else if (place < 0 || place >= size) offset = offset === BEYOND_PADDING ? offset : IN_PADDING;
      else if (offset >= 0) offset += place * stride;
      stride *= size;
      position = Math.floor(position / steps);
      tap = Math.floor(tap / width);
    }
    table[index] = offset;
  }
  return table;
}
