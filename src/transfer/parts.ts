import { indicesByLabel } from "../data/labels.ts";
import { StriateError } from "../errors.ts";
import { permutation } from "../tensor/index.ts";

/** Pictures that are learned from, and those that are kept for the validation, by their places. */
export interface Parts {
  readonly train: readonly number[];
  readonly validation: readonly number[];
}

/**
 * Splits pictures so that each class has about the same share in the validation, and near duplicates are on one side.
 * @param members the places that are split
 * @param groups the group of each place of the data set: see `nearDuplicates`
 * @param fraction for the validation, above 0 and below 1
 * @throws StriateError `data` where a class has too few different pictures to have one on both sides
 */
export function partsByGroup(
  members: readonly number[],
  labels: Int32Array,
  groups: Int32Array,
  fraction: number,
  { seed, classNames }: { readonly seed: number; readonly classNames: readonly string[] },
): Parts {
  const validation = new Set<number>();
  const own = members.map((place) => labels[place] ?? 0);
  const held = new Set<number>();
  for (const [label, rows] of indicesByLabel(own)) {
    const places = rows.map((row) => members[row] ?? 0);
    const distinct = [...new Set(places.map((place) => groups[place] ?? 0))];
    if (distinct.length < 2) throw tooFew(classNames[label] ?? String(label), places.length);
    const share = Math.max(1, Math.round(places.length * fraction));
    const sizeOf = (group: number) => places.filter((member) => groups[member] === group).length;
    const order = permutation({ seed, stream: "split", counter: label }, distinct.length);
    const candidates = Array.from(order, (place) => ({
      group: distinct[place] ?? 0,
      size: sizeOf(distinct[place] ?? 0),
    }));
    let taken = 0;
    for (const { group, size } of candidates) {
      // A group that would go further beyond the share than it falls short without it stays for the training.
      if (taken + size - share > share - taken) continue;
      held.add(group);
      taken += size;
    }
    // Where every group is larger than that, the smallest is kept for the validation.
    if (taken === 0) held.add(candidates.reduce((a, b) => (b.size < a.size ? b : a)).group);
  }
  for (const place of members) if (held.has(groups[place] ?? 0)) validation.add(place);
  return {
    train: members.filter((place) => !validation.has(place)),
    validation: members.filter((place) => validation.has(place)),
  };
}

function tooFew(name: string, count: number): StriateError {
  const found = count === 1 ? "one picture" : `${count} pictures that are copies of one`;
  return new StriateError(
    "data",
    `class ${JSON.stringify(name)} has ${found}; at least two different ones are needed, one to learn from and one to ` +
      "measure on. Add some, or leave the class out",
  );
}
