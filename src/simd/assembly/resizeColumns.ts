// Columns of bytes resampled in the fixed point of resizeRows.ts, 16 bytes side by side.
import { HALF, wordsOf } from "./sums";

/**
 * Makes `height` rows of `stride` bytes one after the other. The last 16 bytes may reach into the next row, which is
 * written later, so that up to 15 bytes after the target are lost.
 * @param first i32 [height], the first source row of each target row
 * @param taps source rows of each target row, in twos
 */
export function resizeColumns(
  source: usize,
  stride: usize,
  target: usize,
  height: i32,
  first: usize,
  taps: i32,
  weights: usize,
): void {
  const size = (<usize>taps) << 1;
  let highWeights = weights;
  let lowWeights = weights + size * height;
  for (let y = 0; y < height; y++) {
    const rows = source + <usize>load<i32>(first) * stride;
    for (let x: usize = 0; x < stride; x += 16) columns(rows + x, stride, target + x, size, highWeights, lowWeights);
    target += stride;
    first += 4;
    highWeights += size;
    lowWeights += size;
  }
}

function columns(from: usize, stride: usize, target: usize, size: usize, highWeights: usize, lowWeights: usize): void {
  let highA = i32x4.splat(0);
  let highB = highA;
  let highC = highA;
  let highD = highA;
  let lowA = i32x4.splat(HALF);
  let lowB = lowA;
  let lowC = lowA;
  let lowD = lowA;
  for (let tap: usize = 0; tap < size; tap += 4) {
    const upper = v128.load(from);
    const lower = v128.load(from + stride);
    const left = i8x16.shuffle(upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const right = i8x16.shuffle(upper, lower, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const a = i16x8.extend_low_i8x16_u(left);
    const b = i16x8.extend_high_i8x16_u(left);
    const c = i16x8.extend_low_i8x16_u(right);
    const d = i16x8.extend_high_i8x16_u(right);
    const high = v128.load32_splat(highWeights + tap);
    const low = v128.load32_splat(lowWeights + tap);
    highA = i32x4.add(highA, i32x4.dot_i16x8_s(a, high));
    highB = i32x4.add(highB, i32x4.dot_i16x8_s(b, high));
    highC = i32x4.add(highC, i32x4.dot_i16x8_s(c, high));
    highD = i32x4.add(highD, i32x4.dot_i16x8_s(d, high));
    lowA = i32x4.add(lowA, i32x4.dot_i16x8_s(a, low));
    lowB = i32x4.add(lowB, i32x4.dot_i16x8_s(b, low));
    lowC = i32x4.add(lowC, i32x4.dot_i16x8_s(c, low));
    lowD = i32x4.add(lowD, i32x4.dot_i16x8_s(d, low));
    from += stride << 1;
  }
  const left = i16x8.narrow_i32x4_s(wordsOf(highA, lowA), wordsOf(highB, lowB));
  const right = i16x8.narrow_i32x4_s(wordsOf(highC, lowC), wordsOf(highD, lowD));
  v128.store(target, i8x16.narrow_i16x8_u(left, right));
}
