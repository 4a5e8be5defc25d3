import { at } from "../tensor/shape.ts";
import { accumulate, rowRing } from "./accumulate.ts";
import { rowReader } from "./border.ts";
import type { Pass } from "./convolve.ts";
import { blankImage, type Image, imageSize } from "./image.ts";
import type { SeparableKernel } from "./kernel.ts";
import { ROWS_AT_ONCE, slideAlong, slideDown } from "./slide.ts";

/** Correlation with the product of two kernels: along each row once, then down the columns of what that gave. */
export function correlateSeparable(image: Image, kernel: SeparableKernel, pass: Pass): Image<"float32"> {
  const { width, channels } = imageSize(image);
  const { outHeight, outWidth, top, left, stride, border } = pass;
  const [vertical, horizontal] = [Float64Array.from(kernel.vertical), Float64Array.from(kernel.horizontal)];
  const out = blankImage("float32", { height: outHeight, width: outWidth, channels });
  // Along the rows at every column; of these every stride-th is taken at the end.
  const denseWidth = (outWidth - 1) * stride + 1;
  const right = Math.max(0, denseWidth - 1 + horizontal.length - left - width);
  const read = rowReader(image, left, right, border);
  const padded = new Float64Array((left + width + right) * channels);
  const length = denseWidth * channels;
  const isDense = stride === 1;
  // One after the other without a stride, several output rows share what they read.
  const atOnce = isDense ? ROWS_AT_ONCE : 1;
  const rows = rowRing(vertical.length + atOnce - 1, length, (y, row) => {
    read(y, padded);
    slideAlong(row, padded, BEGINNING, horizontal, channels);
  });
  const starts = new Int32Array(vertical.length + atOnce - 1);
  const four = new Float32Array(ROWS_AT_ONCE * length);
  const sums = new Float64Array(length);
  for (let y = 0; y < outHeight; y += atOnce) {
    const last = Math.min(y + atOnce, outHeight) - 1;
    for (let k = 0; k < starts.length; k++) {
      // Rows below the last output's are for outputs that nobody takes: any row will do.
      starts[k] = rows.start(Math.min(y * stride + k, last * stride + vertical.length - 1) - top);
    }
    const target = out.data.subarray(y * outWidth * channels, (last + 1) * outWidth * channels);
    if (isDense) {
      const isWhole = target.length === four.length;
      slideDown(isWhole ? target : four, length, rows.all, starts, vertical);
      if (!isWhole) target.set(four.subarray(0, target.length));
    } else {
      accumulate(
        sums,
        rows.all,
        kernel.vertical.map((weight, k) => ({ weight, start: at(starts, k) })),
      );
      takeEvery(target, sums, stride, channels);
    }
  }
  return out;
}

const BEGINNING = Int32Array.of(0);

function takeEvery(target: Float32Array, sums: Float64Array, stride: number, channels: number): void {
  for (let to = 0, from = 0; to < target.length; to += channels, from += stride * channels) {
    for (let c = 0; c < channels; c++) target[to + c] = sums[from + c] ?? 0;
  }
}
