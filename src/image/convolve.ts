import { checkOptions } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { type Border, checkBorder } from "./border.ts";
import { correlateRows } from "./correlateRows.ts";
import { correlateSeparable } from "./correlateSeparable.ts";
import { type Image, type ImageSize, imageSize } from "./image.ts";
import { type Kernel, type KernelWeights, kernelWeights } from "./kernel.ts";

/** How a kernel goes over a picture. */
export interface ConvolveOptions {
  /**
   * How far the kernel goes over the edge, default "same". With n pixels, a kernel of k, stride s and padding p on both
   * sides, the output has floor((n + 2p - k) / s) + 1 pixels:
   *
   * | padding | p on both sides together | size at stride 1 |
   * |---|---|---|
   * | "valid" | 0 | n - k + 1 |
   * | "same" | k - 1; of an even k one more after than before, in a true convolution before than after | n |
   * | "full" | 2 (k - 1) | n + k - 1 |
   * | p | 2p | n + 2p - k + 1 |
   */
  readonly padding?: "valid" | "same" | "full" | number;
  /** In pixels, default 1. */
  readonly stride?: number;
  /** What lies outside the picture, default "zero". */
  readonly border?: Border;
}

/**
 * Correlation, which is what a CNN's convolution layer does: out(y, x) = sum of image(y + i, x + j) * kernel(i, j). A
 * kernel [h, w] goes over each channel by itself; a kernel [h, w, c] gives one channel, the sum over all of them. Sums
 * are float64. A kernel that is a product of two (`SeparableKernel`, or found to be one) is done in two passes.
 *
 * @param image [h, w, c], uint8 or float32
 * @returns float32 [outHeight, outWidth, c], or [outHeight, outWidth, 1]
 * @throws StriateError `shape` where the kernel does not fit into the padded picture, or has other channels; `usage` for
 * a wrong option
 */
export function correlate(image: Image, kernel: Kernel, options: ConvolveOptions = {}): Image<"float32"> {
  return apply(image, kernelWeights(kernel, false), options, false);
}

/**
 * True convolution, the kernel turned by 180 degrees: out(y, x) = sum of image(y - i, x - j) * kernel(i, j), as in
 * `scipy.signal.convolve2d`. Channels are not turned. Else as `correlate`.
 */
export function convolve(image: Image, kernel: Kernel, options: ConvolveOptions = {}): Image<"float32"> {
  return apply(image, kernelWeights(kernel, true), options, true);
}

function apply(image: Image, kernel: KernelWeights, options: ConvolveOptions, turned: boolean): Image<"float32"> {
  checkOptions(turned ? "convolve" : "correlate", options, { padding: true, stride: true, border: true });
  const size = imageSize(image);
  const { border = "zero" } = options;
  checkBorder(border);
  if (kernel.channels !== 0 && kernel.channels !== size.channels) {
    throw new StriateError(
      "shape",
      `a kernel for ${kernel.channels} channels came with a picture that has ${size.channels}`,
    );
  }
  const pass: Pass = { ...passOf(size, kernel, options, turned), border };
  const { factors } = kernel;
  const isFaster = kernel.height > 1 && kernel.width > 1;
  return factors && isFaster ? correlateSeparable(image, factors, pass) : correlateRows(image, kernel, pass);
}

/** Where a kernel lies on a picture. */
export interface Pass {
  readonly outHeight: number;
  readonly outWidth: number;
  /** Rows of the border above the picture. */
  readonly top: number;
  /** Columns of the border to the left of the picture. */
  readonly left: number;
  readonly stride: number;
  readonly border: Border;
}

function passOf(
  size: ImageSize,
  kernel: KernelWeights,
  options: ConvolveOptions,
  turned: boolean,
): Omit<Pass, "border"> {
  const { padding = "same", stride = 1 } = options;
  if (!Number.isSafeInteger(stride) || stride < 1) {
    throw new StriateError("usage", `a stride is a whole number from 1 on; got ${stride}`);
  }
  const along = (n: number, k: number) => {
    const before = paddingBefore(padding, k, turned);
    const both = padding === "same" ? k - 1 : 2 * before;
    return { before, out: Math.floor((n + both - k) / stride) + 1 };
  };
  const rows = along(size.height, kernel.height);
  const columns = along(size.width, kernel.width);
  if (rows.out < 1 || columns.out < 1) {
    throw new StriateError(
      "shape",
      `a kernel of ${kernel.height} x ${kernel.width} does not fit into a picture of ${size.height} x ${size.width} ` +
        `with padding ${padding}; give a smaller kernel, or padding "same"`,
    );
  }
  return { outHeight: rows.out, outWidth: columns.out, top: rows.before, left: columns.before, stride };
}

function paddingBefore(padding: "valid" | "same" | "full" | number, k: number, turned: boolean): number {
  if (padding === "valid") return 0;
  if (padding === "same") return Math.floor((turned ? k : k - 1) / 2);
  if (padding === "full") return k - 1;
  if (Number.isSafeInteger(padding) && padding >= 0) return padding;
  throw new StriateError("usage", `padding is valid, same, full or a whole number from 0 on; got ${padding}`);
}
