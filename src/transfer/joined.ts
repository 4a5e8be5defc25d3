import { derived } from "../data/derived.ts";
import type { ReadOptions, SingleInputBatch, SingleInputDataset } from "../data/index.ts";
import { StriateError } from "../errors.ts";
import { at, sameShape, shapeText } from "../tensor/index.ts";

/**
 * Data sets one after the other, as one.
 * @throws StriateError `shape` for examples of another shape than the first one's, `data` for other classes
 */
export function joined(parts: readonly SingleInputDataset[]): SingleInputDataset {
  const first = at(parts, 0);
  if (parts.length === 1) return first;
  for (const part of parts) checkAlike(first, part);
  const starts = parts.map((_, i) => parts.slice(0, i).reduce((sum, { length }) => sum + length, 0));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  /** Which of some places are in a part, by that part's numbers. */
  const within = (part: number, places: ArrayLike<number>): readonly number[] => {
    const start = at(starts, part);
    return Array.from(places, (place) => place - start).filter((i) => i >= 0 && i < at(parts, part).length);
  };
  return derived(first, {
    length,
    fresh: true,
    ...(first.versions !== undefined && { versions: first.versions }),
    async signatures() {
      const all = await Promise.all(parts.map((part) => part.signatures?.()));
      return all.every((each) => each !== undefined) ? all.flat() : undefined;
    },
    paths() {
      const all = parts.map((part) => part.paths?.());
      return all.every((each) => each !== undefined) ? all.flat() : undefined;
    },
    problems: () => parts.flatMap((part) => part.problems?.() ?? []),
    async read(indices: ArrayLike<number>, options: ReadOptions = {}) {
      const size = first.inputShape.reduce((product, side) => product * side, 1);
      const inputs = new Float32Array(indices.length * size);
      const targets = new Int32Array(indices.length);
      const standIns: number[] = [];
      for (const [p, part] of parts.entries()) {
        const start = at(starts, p);
        const rows = Array.from({ length: indices.length }, (_, row) => row).filter((row) => {
          const place = (indices[row] ?? -1) - start;
          return place >= 0 && place < part.length;
        });
        if (rows.length === 0) continue;
        const upcoming = options.upcoming?.map((places) => within(p, places)).filter((places) => places.length > 0);
        const batch: SingleInputBatch = await part.read(within(p, indices), {
          ...options,
          ...(upcoming && { upcoming }),
        });
        for (const [from, row] of rows.entries()) {
          inputs.set(batch.inputs.data.subarray(from * size, (from + 1) * size), row * size);
          targets[row] = Number(batch.targets.data[from]);
        }
        standIns.push(...(batch.standIns ?? []).map((from) => at(rows, from)));
      }
      return {
        inputs: { dtype: "float32", shape: [indices.length, ...first.inputShape], data: inputs },
        targets: { dtype: "int32", shape: [indices.length], data: targets },
        ...(standIns.length > 0 && { standIns: standIns.sort((a, b) => a - b) }),
      };
    },
  });
}

function checkAlike(first: SingleInputDataset, other: SingleInputDataset): void {
  if (!sameShape(first.inputShape, other.inputShape)) {
    const shapes = `${shapeText(other.inputShape)}, and those to learn from ${shapeText(first.inputShape)}`;
    throw new StriateError("shape", `the pictures to measure on are ${shapes}; give all the same size`);
  }
  const [expected, received] = [first, other].map(({ classNames, classes }) => JSON.stringify(classNames ?? classes));
  if (expected === received) return;
  throw new StriateError(
    "data",
    `the pictures to measure on have the classes ${received}, those to learn from ${expected}`,
  );
}
