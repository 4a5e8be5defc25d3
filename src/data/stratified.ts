import { StriateError } from "../errors.ts";
import { permutation } from "../tensor/random.ts";
import { indicesByLabel } from "./labels.ts";

/** The two parts of a data set, by index, each in rising order. */
export interface Stratified {
  readonly train: readonly number[];
  readonly validation: readonly number[];
}

/**
 * Splits examples so that every class has about the same fraction of its examples in the validation: as many as
 * rounding gives, at least one in either part of a class with two examples. Which ones is a draw by the seed and the
 * class, so that a class more or less leaves the others as they are.
 *
 * @param labels the class of each example
 * @param fraction for the validation, from 0 on and less than 1
 * @throws StriateError `usage` for another fraction
 */
export function stratified(labels: ArrayLike<number>, fraction: number, seed: number): Stratified {
  if (!(fraction >= 0 && fraction < 1)) {
    throw new StriateError("usage", `a validation split is a fraction from 0 on and less than 1; got ${fraction}`);
  }
  const ofClass = indicesByLabel(labels);
  const held = new Set<number>();
  for (const [label, members] of fraction === 0 ? [] : ofClass) {
    const rounded = Math.round(members.length * fraction);
    const count = members.length < 2 ? 0 : Math.min(members.length - 1, Math.max(1, rounded));
    const order = permutation({ seed, stream: "split", counter: label }, members.length);
    for (const place of order.subarray(0, count)) held.add(members[place] ?? 0);
  }
  const all = Array.from({ length: labels.length }, (_, i) => i);
  return { train: all.filter((i) => !held.has(i)), validation: all.filter((i) => held.has(i)) };
}
