/** Four 32-bit words: what one block of Philox takes as its counter and gives as its output. */
export type PhiloxBlock = readonly [number, number, number, number];

const ROUNDS = 10;

// The multipliers in halves of 16 bits: their products with a half of a word fit in 32 bits.
const M0 = 0xd2511f53;
const M0_HIGH = M0 >>> 16;
const M0_LOW = M0 & 0xffff;
const M1 = 0xcd9e8d57;
const M1_HIGH = M1 >>> 16;
const M1_LOW = M1 & 0xffff;

// What is added to the key after each round: the golden ratio and the square root of 3, as fractions of 2^32.
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/**
 * Fills `out` with the words of successive blocks of Philox4x32-10, a counter-based generator (Salmon, Moraes, Dror,
 * Shaw: "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011). Block b, of four words, is the encryption of the
 * counter [c0, c1, c2, firstBlock + b] under the key [k0, k1]; the last block is cut where `out` ends.
 *
 * @param out where the words go; its length is the number of words drawn
 * @param k0 first word of the key; every argument is an unsigned (or signed) 32-bit integer
 */
export function philox4x32Fill(
  out: Uint32Array,
  k0: number,
  k1: number,
  c0: number,
  c1: number,
  c2: number,
  firstBlock = 0,
): void {
  const whole = out.length >>> 2;
  for (let block = 0; block <= whole; block++) {
    let x0 = c0 | 0;
    let x1 = c1 | 0;
    let x2 = c2 | 0;
    let x3 = (firstBlock + block) | 0;
    let key0 = k0 | 0;
    let key1 = k1 | 0;
    for (let round = 0; round < ROUNDS; round++) {
      // The high word of a 32x32-bit product from four 16-bit ones, carrying through `middle` and `cross`.
      const x0High = x0 >>> 16;
      const x0Low = x0 & 0xffff;
      const middle0 = (Math.imul(x0High, M0_LOW) + (Math.imul(x0Low, M0_LOW) >>> 16)) | 0;
      const cross0 = (Math.imul(x0Low, M0_HIGH) + (middle0 & 0xffff)) | 0;
      const high0 = (Math.imul(x0High, M0_HIGH) + (middle0 >>> 16) + (cross0 >>> 16)) | 0;
      const x2High = x2 >>> 16;
      const x2Low = x2 & 0xffff;
      const middle1 = (Math.imul(x2High, M1_LOW) + (Math.imul(x2Low, M1_LOW) >>> 16)) | 0;
      const cross1 = (Math.imul(x2Low, M1_HIGH) + (middle1 & 0xffff)) | 0;
      const high1 = (Math.imul(x2High, M1_HIGH) + (middle1 >>> 16) + (cross1 >>> 16)) | 0;
      const low0 = Math.imul(x0, M0);
      const low1 = Math.imul(x2, M1);
      x0 = high1 ^ x1 ^ key0;
      x1 = low1;
      x2 = high0 ^ x3 ^ key1;
      x3 = low0;
      key0 = (key0 + W0) | 0;
      key1 = (key1 + W1) | 0;
    }
    const start = block << 2;
    if (block < whole) {
      out[start] = x0;
      out[start + 1] = x1;
      out[start + 2] = x2;
      out[start + 3] = x3;
    } else {
      const rest = out.length - start;
      if (rest > 0) out[start] = x0;
      if (rest > 1) out[start + 1] = x1;
      if (rest > 2) out[start + 2] = x2;
    }
  }
}

/**
 * One block of Philox4x32-10: the same four words for the same counter and key, for ever.
 *
 * @param counter four 32-bit words
 * @param key two 32-bit words
 * @returns four unsigned 32-bit words
 */
export function philox4x32(counter: PhiloxBlock, key: readonly [number, number]): Uint32Array<ArrayBuffer> {
  const out = new Uint32Array(4);
  philox4x32Fill(out, key[0], key[1], counter[0], counter[1], counter[2], counter[3]);
  return out;
}
