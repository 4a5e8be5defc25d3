import { StriateError } from "../errors.ts";
import { type DrawAddress, normals, wordStream, words } from "./random.ts";

/**
 * Random numbers one after the other, from one address: for who does not know beforehand how many it needs. The numbers
 * depend on the address alone, and on how many were taken before.
 */
export interface RandomStream {
  /** A number evenly spread over [low, high), of 32 random bits; default [0, 1). */
  uniform(low?: number, high?: number): number;
  /** A number of the normal distribution, by default of mean 0 and standard deviation 1. */
  normal(mean?: number, stddev?: number): number;
  /** An integer from 0 to choices - 1, each equally likely. */
  integer(choices: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
}

/**
 * The numbers at an address.
 * @throws StriateError `usage` for an address outside its ranges
 */
export function randomStream(address: DrawAddress): RandomStream {
  const start = words(address);
  const next = wordStream(start);
  const nextNormal = normals(next);
  const unit = () => next() * 2 ** -32;
  return {
    uniform: (low = 0, high = 1) => low + unit() * (high - low),
    normal: (mean = 0, stddev = 1) => mean + stddev * nextNormal(),
    integer(choices) {
      // Words have 32 bits: of more choices none is below the limit, and drawing would not end.
      const count = Math.abs(choices);
      if (!(count >= 1 && count <= 2 ** 32)) {
        throw new StriateError("usage", `a random integer is one of 1 to ${2 ** 32}; received ${choices} choices`);
      }
      const limit = 2 ** 32 - (2 ** 32 % choices);
      let word = next();
      while (word >= limit) word = next();
      return word % choices;
    },
    chance: (probability) => unit() < probability,
  };
}
