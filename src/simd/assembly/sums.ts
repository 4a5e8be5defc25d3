import { FRACTION_BITS, LOW_BITS } from "../fixedPoint";

/** What is added so that cutting rounds. */
export const HALF: i32 = 1 << (FRACTION_BITS - 1);

/** Four sums, high * 2^11 + low, as bytes: without their fraction, cut at 0 and 255; in the first four lanes. */
export function bytesOf(high: v128, low: v128): v128 {
  const words = wordsOf(high, low);
  const pairs = i16x8.narrow_i32x4_s(words, words);
  return i8x16.narrow_i16x8_u(pairs, pairs);
}

/** The same as 32-bit numbers, not yet cut. */
export function wordsOf(high: v128, low: v128): v128 {
  return i32x4.shr_s(i32x4.add(i32x4.shl(high, LOW_BITS), low), FRACTION_BITS);
}
