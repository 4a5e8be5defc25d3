import { at } from "../tensor/shape.ts";
import { accumulate, rowRing, type Tap } from "./accumulate.ts";
import { rowReader } from "./border.ts";
import type { Pass } from "./convolve.ts";
import { blankImage, type Image, imageSize } from "./image.ts";
import type { KernelWeights } from "./kernel.ts";
import { slideAlong } from "./slide.ts";

/** Correlation by the formula: each weight adds its share of a row to the sums of an output row. */
export function correlateRows(image: Image, kernel: KernelWeights, pass: Pass): Image<"float32"> {
  const { width, channels } = imageSize(image);
  const { outHeight, outWidth, top, left, stride, border } = pass;
  const outChannels = kernel.channels > 0 ? 1 : channels;
  const out = blankImage("float32", { height: outHeight, width: outWidth, channels: outChannels });
  const right = Math.max(0, (outWidth - 1) * stride + kernel.width - left - width);
  const read = rowReader(image, left, right, border);
  const rows = rowRing(kernel.height, (left + width + right) * channels, read);
  const starts = new Int32Array(kernel.height);
  const sums = new Float64Array(outWidth * outChannels);
  const isPlain = stride === 1 && kernel.channels === 0;
  const isDense = kernel.weights.every((weight) => weight !== 0);
  for (let y = 0; y < outHeight; y++) {
    for (let i = 0; i < kernel.height; i++) starts[i] = rows.start(y * stride - top + i);
    if (isPlain && isDense) slideAlong(sums, rows.all, starts, kernel.weights, channels);
    else if (isPlain) accumulate(sums, rows.all, tapsOf(kernel, channels, starts));
    else addStrided(sums, rows.all, tapsOf(kernel, channels, starts), { channels, outChannels, stride });
    out.data.set(sums, y * sums.length);
  }
  return out;
}

/** The weights that are not 0, in the order of the kernel, each where its first number lies. */
function tapsOf(kernel: KernelWeights, channels: number, starts: Int32Array): Tap[] {
  const depth = Math.max(1, kernel.channels);
  const taps: Tap[] = [];
  for (let i = 0; i < kernel.height; i++) {
    for (let j = 0; j < kernel.width; j++) {
      for (let c = 0; c < depth; c++) {
        const weight = at(kernel.weights, (i * kernel.width + j) * depth + c);
        if (weight !== 0) taps.push({ weight, start: at(starts, i) + j * channels + c });
      }
    }
  }
  return taps;
}

/** Output pixels lie `stride` input pixels apart; a kernel of all channels has a tap for each of them. */
function addStrided(
  sums: Float64Array,
  source: Float64Array,
  taps: readonly Tap[],
  step: { readonly channels: number; readonly outChannels: number; readonly stride: number },
): void {
  const { channels, outChannels, stride } = step;
  sums.fill(0);
  for (const { weight, start } of taps) {
    for (let c = 0; c < outChannels; c++) {
      let from = start + c;
      for (let to = c; to < sums.length; to += outChannels) {
        sums[to] = (sums[to] ?? 0) + weight * (source[from] ?? 0);
        from += stride * channels;
      }
    }
  }
}
