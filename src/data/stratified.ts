import { StriateError } from "../errors.ts";
import { permutation } from "../tensor/random.ts";
import { indicesByLabel } from "./labels.ts";

/** The parts of a data set, by index, each in rising order. */
export interface Stratified {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

/**
 * Splits examples so that every class has about the same fraction of its examples in each part: as many as rounding gives,
 * at least one for training, and at least one of every other part that a class has examples for. Which ones is a draw by
 * the seed and the class, so that a class more or less leaves the others as they are; the validation is the same with a
 * test part and without.
 *
 * @param labels the class of each example
 * @param fraction for the validation, from 0 on and less than 1
 * @param testFraction for the test, default 0; the two leave something for training
 * @throws StriateError `usage` for other fractions
 */
export function stratified(labels: ArrayLike<number>, fraction: number, seed: number, testFraction = 0): Stratified {
  checkFraction("a validation split", fraction);
  checkFraction("a test split", testFraction);
  if (fraction + testFraction >= 1) {
    throw new StriateError(
      "usage",
      `a validation split of ${fraction} and a test split of ${testFraction} leave nothing to train on`,
    );
  }
  const validation = new Set<number>();
  const test = new Set<number>();
  for (const [label, members] of indicesByLabel(labels)) {
    const order = permutation({ seed, stream: "split", counter: label }, members.length);
    let next = 0;
    for (const [part, share] of [
      [validation, fraction],
      [test, testFraction],
    ] as const) {
      const most = members.length - 1 - next;
      const count = share === 0 ? 0 : Math.min(most, Math.max(1, Math.round(members.length * share)));
      for (const place of order.subarray(next, next + count)) part.add(members[place] ?? 0);
      next += count;
    }
  }
  const all = Array.from({ length: labels.length }, (_, i) => i);
  return {
    train: all.filter((i) => !validation.has(i) && !test.has(i)),
    validation: all.filter((i) => validation.has(i)),
    test: all.filter((i) => test.has(i)),
  };
}

function checkFraction(what: string, fraction: number): void {
  if (fraction >= 0 && fraction < 1) return;
  throw new StriateError("usage", `${what} is a fraction from 0 on and less than 1; got ${fraction}`);
}
