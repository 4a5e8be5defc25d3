import type { ResamplePass, Taps } from "./filters.ts";
import { blankImage, type Image, imageSize } from "./image.ts";
import { resampleBytes } from "./resampleBytes.ts";

/**
 * A picture resampled along its rows and along its columns; an axis without taps stays as it is. uint8 is summed in fixed
 * point and rounded after each axis, float32 is summed in float64. The rows come first, unless the columns shrink by more
 * than twice as many pixels: Pillow's order since 13.0, which shows where a filter's negative weights are cut at 0 or 255.
 */
export function resample(image: Image, alongRows: Taps | undefined, alongColumns: Taps | undefined): Image {
  const { width, height } = imageSize(image);
  const rows: readonly ResamplePass[] = alongRows ? [{ axis: "x", taps: alongRows }] : [];
  const columns: readonly ResamplePass[] = alongColumns ? [{ axis: "y", taps: alongColumns }] : [];
  const fewerRows = height - (alongColumns?.first.length ?? height);
  const fewerColumns = width - (alongRows?.first.length ?? width);
  const passes = fewerRows > 0 && fewerRows > 2 * fewerColumns ? [...columns, ...rows] : [...rows, ...columns];
  if (image.dtype === "uint8") return resampleBytes(image, passes);
  return passes.reduce(
    (picture, { axis, taps }) => (axis === "x" ? rowsInFloats(picture, taps) : columnsInFloats(picture, taps)),
    image,
  );
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
