import { StriateError } from "../errors.ts";
import { permutation } from "../tensor/index.ts";

/**
 * The fold of each example: every class is spread evenly, and examples of one group (duplicates) are in one fold.
 * @param groups a number for each example, equal where examples belong together; default each its own
 * @throws StriateError `usage` for fewer than 2 folds, or more than there are groups of the largest class
 */
export function foldsOf(
  labels: Int32Array,
  count: number,
  { seed, groups = Int32Array.from(labels, (_, i) => i) }: { readonly seed: number; readonly groups?: Int32Array },
): Int32Array {
  const members = new Map<number, number[]>();
  for (const [i, group] of groups.entries()) {
    const own = members.get(group);
    if (own) own.push(i);
    else members.set(group, [i]);
  }
  // A group counts to the class of its first example, which has no larger number than the others.
  const byClass = new Map<number, number[]>();
  for (const [group, [first = 0]] of members) {
    const label = labels[first] ?? 0;
    const own = byClass.get(label);
    if (own) own.push(group);
    else byClass.set(label, [group]);
  }
  const most = Math.max(0, ...[...byClass.values()].map((own) => own.length));
  if (!(Number.isInteger(count) && count >= 2 && count <= most)) {
    throw new StriateError(
      "usage",
      `folds must be a whole number from 2 to ${most}, as many as the largest class has pictures; received ${count}`,
    );
  }
  const folds = new Int32Array(labels.length);
  // Classes begin one after the other, so that small ones do not all leave out the last folds.
  let next = 0;
  for (const [label, own] of [...byClass].sort(([a], [b]) => a - b)) {
    const order = permutation({ seed, stream: "folds", counter: label }, own.length);
    for (const place of order) {
      const fold = next++ % count;
      for (const i of members.get(own[place] ?? 0) ?? []) folds[i] = fold;
    }
  }
  return folds;
}
