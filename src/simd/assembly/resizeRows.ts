// Rows of bytes resampled in Pillow's fixed point. A weight is high * 2048 + low, so that two source pixels are weighted
// and summed by one 16-bit dot product; the two sums make the exact 32-bit one. [targets, taps] of both, low after high,
// i16; taps that are not there weigh 0, and what they read beyond a row must lie in the memory.
import { LOW_BITS } from "../fixedPoint";
import { bytesOf, HALF } from "./sums";

/** A lane that a swizzle leaves 0. */
const ZERO: i8 = -128;

/**
 * Resamples `height` rows, each `stride` bytes from the next, to `width` pixels one after the other.
 * @param first i32 [width], where in a row the first source pixel of each target pixel begins, in bytes
 * @param taps source pixels of each target pixel, in eights for 1 channel, in fours for 3 and 4
 */
export function resizeRows(
  source: usize,
  stride: usize,
  target: usize,
  height: i32,
  width: i32,
  channels: i32,
  first: usize,
  taps: i32,
  weights: usize,
): void {
  const lowWeights = weights + ((<usize>width * taps) << 1);
  for (let y = 0; y < height; y++) {
    if (channels === 3) colourRow(source, target, width, first, taps, weights, lowWeights);
    else if (channels === 4) alphaRow(source, target, width, first, taps, weights, lowWeights);
    else if (channels === 1) greyRow(source, target, width, first, taps, weights, lowWeights);
    else plainRow(source, target, width, channels, first, taps, weights, lowWeights);
    source += stride;
    target += width * channels;
  }
}

function colourRow(
  row: usize,
  target: usize,
  width: i32,
  first: usize,
  taps: i32,
  highWeights: usize,
  lowWeights: usize,
): void {
  const size = (<usize>taps) << 1;
  for (let x = 0; x < width; x++) {
    let from = row + load<i32>(first);
    let high = i32x4.splat(0);
    let low = i32x4.splat(HALF);
    for (let tap: usize = 0; tap < size; tap += 8) {
      const pixels = v128.load(from);
      // Red, green and blue of two neighbours side by side, as 16-bit numbers.
      const pair = i8x16.swizzle(
        pixels,
        i8x16(0, ZERO, 3, ZERO, 1, ZERO, 4, ZERO, 2, ZERO, 5, ZERO, ZERO, ZERO, ZERO, ZERO),
      );
      const next = i8x16.swizzle(
        pixels,
        i8x16(6, ZERO, 9, ZERO, 7, ZERO, 10, ZERO, 8, ZERO, 11, ZERO, ZERO, ZERO, ZERO, ZERO),
      );
      high = i32x4.add(high, i32x4.dot_i16x8_s(pair, v128.load32_splat(highWeights + tap)));
      low = i32x4.add(low, i32x4.dot_i16x8_s(pair, v128.load32_splat(lowWeights + tap)));
      high = i32x4.add(high, i32x4.dot_i16x8_s(next, v128.load32_splat(highWeights + tap, 4)));
      low = i32x4.add(low, i32x4.dot_i16x8_s(next, v128.load32_splat(lowWeights + tap, 4)));
      from += 12;
    }
    // The fourth byte is the next pixel's, which is still to be written.
    v128.store32_lane(target, bytesOf(high, low), 0);
    target += 3;
    first += 4;
    highWeights += size;
    lowWeights += size;
  }
}

/** As `colourRow`. In one function for both the masks would be variables, and each swizzle an instruction more. */
function alphaRow(
  row: usize,
  target: usize,
  width: i32,
  first: usize,
  taps: i32,
  highWeights: usize,
  lowWeights: usize,
): void {
  const size = (<usize>taps) << 1;
  for (let x = 0; x < width; x++) {
    let from = row + load<i32>(first);
    let high = i32x4.splat(0);
    let low = i32x4.splat(HALF);
    for (let tap: usize = 0; tap < size; tap += 8) {
      const pixels = v128.load(from);
      const pair = i8x16.swizzle(pixels, i8x16(0, ZERO, 4, ZERO, 1, ZERO, 5, ZERO, 2, ZERO, 6, ZERO, 3, ZERO, 7, ZERO));
      const next = i8x16.swizzle(
        pixels,
        i8x16(8, ZERO, 12, ZERO, 9, ZERO, 13, ZERO, 10, ZERO, 14, ZERO, 11, ZERO, 15, ZERO),
      );
      high = i32x4.add(high, i32x4.dot_i16x8_s(pair, v128.load32_splat(highWeights + tap)));
      low = i32x4.add(low, i32x4.dot_i16x8_s(pair, v128.load32_splat(lowWeights + tap)));
      high = i32x4.add(high, i32x4.dot_i16x8_s(next, v128.load32_splat(highWeights + tap, 4)));
      low = i32x4.add(low, i32x4.dot_i16x8_s(next, v128.load32_splat(lowWeights + tap, 4)));
      from += 16;
    }
    v128.store32_lane(target, bytesOf(high, low), 0);
    target += 4;
    first += 4;
    highWeights += size;
    lowWeights += size;
  }
}

function greyRow(
  row: usize,
  target: usize,
  width: i32,
  first: usize,
  taps: i32,
  highWeights: usize,
  lowWeights: usize,
): void {
  const size = (<usize>taps) << 1;
  for (let x = 0; x < width; x++) {
    let from = row + load<i32>(first);
    let high = i32x4.splat(0);
    let low = i32x4.splat(0);
    for (let tap: usize = 0; tap < size; tap += 16) {
      const pixels = v128.load8x8_u(from);
      high = i32x4.add(high, i32x4.dot_i16x8_s(pixels, v128.load(highWeights + tap)));
      low = i32x4.add(low, i32x4.dot_i16x8_s(pixels, v128.load(lowWeights + tap)));
      from += 8;
    }
    const sums = i32x4.add(i32x4.shl(high, LOW_BITS), low);
    const halves = i32x4.add(sums, i32x4.shuffle(sums, sums, 2, 3, 2, 3));
    const whole = i32x4.add(halves, i32x4.shuffle(halves, halves, 1, 1, 1, 1));
    store<u8>(target, i8x16.extract_lane_u(bytesOf(i32x4.splat(0), i32x4.add(whole, i32x4.splat(HALF))), 0));
    target++;
    first += 4;
    highWeights += size;
    lowWeights += size;
  }
}

/** Any number of channels, one after the other. */
function plainRow(
  row: usize,
  target: usize,
  width: i32,
  channels: i32,
  first: usize,
  taps: i32,
  highWeights: usize,
  lowWeights: usize,
): void {
  const size = (<usize>taps) << 1;
  for (let x = 0; x < width; x++) {
    for (let channel = 0; channel < channels; channel++) {
      let from = row + load<i32>(first) + channel;
      let high = 0;
      let low = HALF;
      for (let tap: usize = 0; tap < size; tap += 2) {
        const value = <i32>load<u8>(from);
        high += value * <i32>load<i16>(highWeights + tap);
        low += value * <i32>load<i16>(lowWeights + tap);
        from += channels;
      }
      store<u8>(target++, i8x16.extract_lane_u(bytesOf(i32x4.splat(high), i32x4.splat(low)), 0));
    }
    first += 4;
    highWeights += size;
    lowWeights += size;
  }
}
