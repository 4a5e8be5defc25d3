import { FRACTION_BITS, LOW_BITS } from "../simd/fixedPoint.ts";
import { withRoom } from "../simd/kernels.ts";
import type { Taps } from "./filters.ts";
import { blankImage, type Image, imageSize } from "./image.ts";

/**
 * A picture resampled along its rows and along its columns; an axis without taps stays as it is. uint8 is summed in fixed
 * point and rounded after each axis, float32 is summed in float64. The rows come first, unless the columns shrink by more
 * than twice as many pixels: Pillow's order since 13.0, which shows where a filter's negative weights are cut at 0 or 255.
 */
export function resample(image: Image, alongRows: Taps | undefined, alongColumns: Taps | undefined): Image {
  const { width, height } = imageSize(image);
  const resampleRows = image.dtype === "uint8" ? rowsInBytes : rowsInFloats;
  const resampleColumns = image.dtype === "uint8" ? columnsInBytes : columnsInFloats;
  const rows = (picture: Image) => (alongRows ? resampleRows(picture, alongRows) : picture);
  const columns = (picture: Image) => (alongColumns ? resampleColumns(picture, alongColumns) : picture);
  const fewerRows = height - (alongColumns?.first.length ?? height);
  const fewerColumns = width - (alongRows?.first.length ?? width);
  return fewerRows > 0 && fewerRows > 2 * fewerColumns ? rows(columns(image)) : columns(rows(image));
}

/** Pictures are worked on in strips of about so many bytes, which a core's cache holds. */
const STRIP = 256 * 1024;

function rowsInBytes(image: Image, taps: Taps): Image {
  const { height, width, channels } = imageSize(image);
  const size = taps.first.length;
  const out = blankImage("uint8", { height, width: size, channels });
  const [from, to] = [width * channels, size * channels];
  // Kernels take the taps of grey in eights, of colours in fours.
  const split = splitWeights(taps, channels === 1 ? 8 : 4);
  const strip = Math.min(height, Math.max(1, Math.floor(STRIP / from)));
  // Taps that are not there are read too, beyond the last row.
  const room = [strip * from + split.taps * channels, strip * to, size * 4, split.weights.byteLength];
  withRoom(room, ({ kernels, buffer, parts: [source = 0, target = 0, first = 0, weights = 0] }) => {
    new Int32Array(buffer, first).set(taps.first.map((pixel) => pixel * channels));
    new Int16Array(buffer, weights).set(split.weights);
    const memory = new Uint8Array(buffer);
    for (let y = 0; y < height; y += strip) {
      const rows = Math.min(strip, height - y);
      memory.set(image.data.subarray(y * from, (y + rows) * from), source);
      kernels.resizeRows(source, from, target, rows, size, channels, first, split.taps, weights);
      out.data.set(memory.subarray(target, target + rows * to), y * to);
    }
  });
  return out;
}

function columnsInBytes(image: Image, taps: Taps): Image {
  const { height, width, channels } = imageSize(image);
  const size = taps.first.length;
  const out = blankImage("uint8", { height: size, width, channels });
  const stride = width * channels;
  const split = splitWeights(taps, 2);
  const strip = Math.min(stride, Math.max(16, Math.floor(STRIP / height / 16) * 16));
  const room = [(height + split.taps) * strip, size * strip, size * 4, split.weights.byteLength];
  withRoom(room, ({ kernels, buffer, parts: [source = 0, target = 0, first = 0, weights = 0] }) => {
    new Int32Array(buffer, first).set(taps.first);
    new Int16Array(buffer, weights).set(split.weights);
    const memory = new Uint8Array(buffer);
    for (let x = 0; x < stride; x += strip) {
      const columns = Math.min(strip, stride - x);
      copyBlock(memory, source, columns, image.data, x, stride, columns, height);
      kernels.resizeColumns(source, columns, target, size, first, split.taps, weights);
      copyBlock(out.data, x, stride, memory, target, columns, columns, size);
    }
  });
  return out;
}

/** Copies rows of so many bytes between two places, which each have a stride of their own. */
function copyBlock(
  target: Bytes,
  to: number,
  targetStride: number,
  source: Bytes,
  from: number,
  sourceStride: number,
  bytes: number,
  rows: number,
): void {
  if (targetStride === bytes && sourceStride === bytes) {
    target.set(source.subarray(from, from + rows * bytes), to);
    return;
  }
  for (let y = 0; y < rows; y++) {
    const start = from + y * sourceStride;
    target.set(source.subarray(start, start + bytes), to + y * targetStride);
  }
}

type Bytes = Image["data"];

/** The taps, their number rounded up, and their weights in fixed point as the kernels take them: [2, targets, taps]. */
function splitWeights(
  { first, count, width, weights }: Taps,
  multiple: number,
): { readonly taps: number; readonly weights: Int16Array } {
  const most = count.reduce((a, b) => Math.max(a, b), 0);
  const taps = Math.ceil(most / multiple) * multiple;
  const split = new Int16Array(2 * first.length * taps);
  const low = split.subarray(first.length * taps);
  for (let i = 0; i < first.length; i++) {
    for (let tap = 0; tap < (count[i] ?? 0); tap++) {
      const weight = fixedPoint(weights[i * width + tap] ?? 0);
      split[i * taps + tap] = weight >> LOW_BITS;
      low[i * taps + tap] = weight & ((1 << LOW_BITS) - 1);
    }
  }
  return { taps, weights: split };
}

/** A weight as an integer, rounded to the nearest, halves away from 0. */
function fixedPoint(weight: number): number {
  return Math.trunc(weight * 2 ** FRACTION_BITS + (weight < 0 ? -0.5 : 0.5));
}

function rowsInFloats(image: Image, taps: Taps): Image {
  const { height, width, channels } = imageSize(image);
  const out = blankImage("float32", { height, width: taps.first.length, channels });
  const { data } = image;
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = y * width * channels;
    for (let x = 0; x < taps.first.length; x++) {
      const start = row + (taps.first[x] ?? 0) * channels;
      const end = start + (taps.count[x] ?? 0) * channels;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        let tap = x * taps.width;
        for (let i = start + c; i < end; i += channels) sum += (data[i] ?? 0) * (taps.weights[tap++] ?? 0);
        out.data[to++] = sum;
      }
    }
  }
  return out;
}

function columnsInFloats(image: Image, taps: Taps): Image {
  const { width, channels } = imageSize(image);
  const out = blankImage("float32", { height: taps.first.length, width, channels });
  const stride = width * channels;
  const sums = new Float64Array(stride);
  for (let y = 0; y < taps.first.length; y++) {
    sums.fill(0);
    for (let k = 0; k < (taps.count[y] ?? 0); k++) {
      const weight = taps.weights[y * taps.width + k] ?? 0;
      const from = ((taps.first[y] ?? 0) + k) * stride;
      const row = image.data.subarray(from, from + stride);
      for (let i = 0; i < stride; i++) sums[i] = (sums[i] ?? 0) + (row[i] ?? 0) * weight;
    }
    out.data.set(sums, y * stride);
  }
  return out;
}
