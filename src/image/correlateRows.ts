import { withRoom } from "../simd/kernels.ts";
import { at } from "../tensor/shape.ts";
import { rowReader } from "./border.ts";
import type { Pass } from "./convolve.ts";
import { blankImage, type Image, imageSize } from "./image.ts";
import type { KernelWeights } from "./kernel.ts";
import { rowRing, takeEvery, tapsSize, weightedSums } from "./weightedSums.ts";

/**
 * Correlation by the formula: each weight adds its share of a row to the sums of an output row. They are made for every
 * place along the row, also where a stride or a kernel of all channels leaves most of them out.
 */
export function correlateRows(image: Image, kernel: KernelWeights, pass: Pass): Image<"float32"> {
  const { width, channels } = imageSize(image);
  const { outHeight, outWidth, top, left, stride, border } = pass;
  const outChannels = kernel.channels > 0 ? 1 : channels;
  const out = blankImage("float32", { height: outHeight, width: outWidth, channels: outChannels });
  const right = Math.max(0, (outWidth - 1) * stride + kernel.width - left - width);
  const read = rowReader(image, left, right, border);
  const length = (left + width + right) * channels;
  const count = (outWidth - 1) * stride * channels + outChannels;
  const taps = tapsOf(kernel, channels);
  withRoom([kernel.height * length * 8, count * 4, tapsSize(taps.length)], (workspace) => {
    const [source = 0, target = 0, table = 0] = workspace.parts;
    const weights = taps.map(({ weight }) => weight);
    const sums = weightedSums(workspace, table, weights);
    const row = new Float32Array(workspace.buffer, target, count);
    const rows = rowRing(kernel.height, (y, slot) => {
      read(y, new Float64Array(workspace.buffer, source + slot * length * 8, length));
    });
    const places = new Array<number>(kernel.height);
    for (let y = 0; y < outHeight; y++) {
      for (let i = 0; i < kernel.height; i++) places[i] = source + rows(y * stride - top + i) * length * 8;
      for (const [k, tap] of taps.entries()) sums.setRow(k, at(places, tap.row) + tap.start * 8);
      sums.run(target, count, true);
      const width = outWidth * outChannels;
      takeEvery(out.data.subarray(y * width, (y + 1) * width) as Float32Array, row, outChannels, stride * channels);
    }
  });
  return out;
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
