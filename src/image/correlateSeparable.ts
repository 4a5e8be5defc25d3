import { withRoom } from "../simd/kernels.ts";
import { rowReader } from "./border.ts";
import type { Pass } from "./convolve.ts";
import { blankImage, type Image, imageSize } from "./image.ts";
import type { SeparableKernel } from "./kernel.ts";
import { rowRing, takeEvery, tapsSize, weightedSums } from "./weightedSums.ts";

/** Correlation with the product of two kernels: along each row once, then down the columns of what that gave. */
export function correlateSeparable(
  image: Image,
  { vertical, horizontal }: SeparableKernel,
  pass: Pass,
): Image<"float32"> {
  const { width, channels } = imageSize(image);
  const { outHeight, outWidth, top, left, stride, border } = pass;
  const out = blankImage("float32", { height: outHeight, width: outWidth, channels });
  const size = outWidth * channels;
  // Along the rows at every column; of these every stride-th is taken at the end.
  const denseWidth = (outWidth - 1) * stride + 1;
  const right = Math.max(0, denseWidth - 1 + horizontal.length - left - width);
  const read = rowReader(image, left, right, border);
  const length = (left + width + right) * channels;
  const count = denseWidth * channels;
  // Sums are written in eights.
  const rowSize = Math.ceil(count / 8) * 64;
  const sizes = [
    length * 8,
    vertical.length * rowSize,
    count * 4,
    tapsSize(horizontal.length),
    tapsSize(vertical.length),
  ];
  withRoom(sizes, (workspace) => {
    const [source = 0, ring = 0, target = 0, acrossTable = 0, downTable = 0] = workspace.parts;
    const padded = new Float64Array(workspace.buffer, source, length);
    const row = new Float32Array(workspace.buffer, target, count);
    const across = weightedSums(workspace, acrossTable, horizontal);
    const down = weightedSums(workspace, downTable, vertical);
    for (let k = 0; k < horizontal.length; k++) across.setRow(k, source + k * channels * 8);
    const rows = rowRing(vertical.length, (y, slot) => {
      read(y, padded);
      across.run(ring + slot * rowSize, count, false);
    });
    for (let y = 0; y < outHeight; y++) {
      for (let k = 0; k < vertical.length; k++) down.setRow(k, ring + rows(y * stride - top + k) * rowSize);
      down.run(target, count, true);
      takeEvery(out.data.subarray(y * size, (y + 1) * size), row, channels, stride * channels);
    }
  });
  return out;
}
