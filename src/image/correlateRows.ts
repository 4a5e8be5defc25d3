import { type Kernels, withRoom } from "../simd/kernels.ts";
import { at } from "../tensor/shape.ts";
import { rowReader } from "./border.ts";
import type { Pass } from "./convolve.ts";
import { blankImage, type Image, imageSize } from "./image.ts";
import type { KernelWeights } from "./kernel.ts";
import { rowRing, takeEvery, tapsSize, weightedSums } from "./weightedSums.ts";

/** Correlation by the formula: each weight adds its share of a row to the sums of an output row. */
export function correlateRows(image: Image, kernel: KernelWeights, pass: Pass): Image<"float32"> {
  const { channels } = imageSize(image);
  const { outHeight, outWidth, stride } = pass;
  const outChannels = kernel.channels > 0 ? 1 : channels;
  const out = blankImage("float32", { height: outHeight, width: outWidth, channels: outChannels });
  const size = outWidth * outChannels;
  eachCorrelatedRow(image, [kernel], pass, (y, [row = NONE]) => {
    takeEvery(out.data.subarray(y * size, (y + 1) * size), row, outChannels, stride * channels);
  });
  return out;
}

const NONE = new Float32Array(0);

/**
 * Calls `take` with the output rows of kernels of one size, from the top; the arrays, in the memory of the compiled loops,
 * are used again for the next row. They have a sum for every place along the input's row, also where a stride or a kernel
 * of all channels wants few of them.
 */
export function eachCorrelatedRow(
  image: Image,
  kernels: readonly KernelWeights[],
  { outHeight, outWidth, top, left, stride, border }: Pass,
  take: (y: number, rows: readonly Float32Array[], kernels: Kernels) => void,
): void {
  const { width, channels } = imageSize(image);
  const kernelHeight = Math.max(...kernels.map((kernel) => kernel.height));
  const kernelWidth = Math.max(...kernels.map((kernel) => kernel.width));
  const right = Math.max(0, (outWidth - 1) * stride + kernelWidth - left - width);
  const read = rowReader(image, left, right, border);
  const length = (left + width + right) * channels;
  const count = ((outWidth - 1) * stride + 1) * channels;
  const taps = kernels.map((kernel) => tapsOf(kernel, channels));
  const sizes = taps.flatMap((kernelTaps) => [tapsSize(kernelTaps.length), count * 4]);
  withRoom([kernelHeight * length * 8, ...sizes], (workspace) => {
    const [source = 0, ...parts] = workspace.parts;
    const passes = taps.map((kernelTaps, i) => {
      const [table = 0, target = 0] = parts.slice(2 * i);
      const weights = kernelTaps.map(({ weight }) => weight);
      return { taps: kernelTaps, target, sums: weightedSums(workspace, table, weights) };
    });
    const sums = passes.map(({ target }) => new Float32Array(workspace.buffer, target, count));
    const rows = rowRing(kernelHeight, (y, slot) => {
      read(y, new Float64Array(workspace.buffer, source + slot * length * 8, length));
    });
    const places = new Array<number>(kernelHeight);
    for (let y = 0; y < outHeight; y++) {
      for (let i = 0; i < kernelHeight; i++) places[i] = source + rows(y * stride - top + i) * length * 8;
      for (const { taps, target, sums } of passes) {
        for (const [k, { row, start }] of taps.entries()) sums.setRow(k, at(places, row) + start * 8);
        sums.run(target, count, true);
      }
      take(y, sums, workspace.kernels);
    }
  });
}

/** A weight, the row of the kernel in which it is, and how many numbers after the row's begin its numbers begin. */
interface Tap {
  readonly weight: number;
  readonly row: number;
  readonly start: number;
}

/** The weights that are not 0, in the order of the kernel. */
function tapsOf(kernel: KernelWeights, channels: number): Tap[] {
  const depth = Math.max(1, kernel.channels);
  const taps: Tap[] = [];
  for (let row = 0; row < kernel.height; row++) {
    for (let j = 0; j < kernel.width; j++) {
      for (let c = 0; c < depth; c++) {
        const weight = at(kernel.weights, (row * kernel.width + j) * depth + c);
        if (weight !== 0) taps.push({ weight, row, start: j * channels + c });
      }
    }
  }
  return taps;
}
