import { indicesByLabel } from "../data/labels.ts";
import { permutation } from "../tensor/index.ts";
import { type CrossValidationOptions, crossValidate } from "./crossValidation.ts";
import type { Interval } from "./interval.ts";
import type { ProbeFitter } from "./probe.ts";

/** How accurate a probe is that learned from as many pictures. */
export interface CurvePoint {
  readonly pictures: number;
  readonly accuracy: Interval;
  /** It is not measured but where the curve through the measured ones leads. */
  readonly predicted: boolean;
}

/** The parts of the pictures that are learned from, beside all of them. */
const PARTS = [0.25, 0.5] as const;

/**
 * The accuracy against the number of pictures, measured on the same folds with a quarter, a half and all of the pictures that
 * a fold may see, and where twice as many would lead: errors fall as a power of the number (Hestness et al. 2017).
 * @param whole the accuracy with all of them, and its penalty
 */
export async function learningCurve(
  fitter: ProbeFitter,
  options: CrossValidationOptions,
  whole: { readonly penalty: number; readonly accuracy: Interval },
  seed: number,
): Promise<readonly CurvePoint[]> {
  const { labels, folds, weights = new Float32Array(labels.length).fill(1) } = options;
  const total = weights.reduce((sum, weight) => sum + (weight > 0 ? 1 : 0), 0);
  const seen = (total * Math.max(...folds)) / (Math.max(...folds) + 1);
  const measured: CurvePoint[] = [];
  for (const part of PARTS) {
    const kept = partOf(labels, part, seed);
    const { accuracy } = await crossValidateSeeing(fitter, options, kept, whole.penalty);
    measured.push({ pictures: Math.round(seen * part), accuracy, predicted: false });
  }
  measured.push({ pictures: Math.round(seen), accuracy: whole.accuracy, predicted: false });
  return [...measured, twice(measured, total)];
}

/** As `crossValidate`, with only some of the pictures to learn from; all are measured. */
async function crossValidateSeeing(
  fitter: ProbeFitter,
  options: CrossValidationOptions,
  kept: Float32Array,
  penalty: number,
) {
  const { weights } = options;
  const limited: ProbeFitter = {
    ...fitter,
    fit: (given, ...rest) =>
      fitter.fit(
        given.map((weight, i) => weight * (kept[i] ?? 0)),
        ...rest,
      ),
  };
  return crossValidate(limited, { ...options, penalties: [penalty], ...(weights && { weights }) });
}

/** 1 for a part of each class's pictures, drawn by the seed; of each class at least one. */
function partOf(labels: Int32Array, part: number, seed: number): Float32Array {
  const kept = new Float32Array(labels.length);
  for (const [label, members] of indicesByLabel(labels)) {
    const order = permutation({ seed, stream: "learning curve", counter: label }, members.length);
    for (const place of order.subarray(0, Math.max(1, Math.round(members.length * part)))) {
      kept[members[place] ?? 0] = 1;
    }
  }
  return kept;
}

/** The straight line through the logarithms of errors and numbers, at twice the pictures; errors do not grow with pictures. */
function twice(measured: readonly CurvePoint[], total: number): CurvePoint {
  const points = measured.map(({ pictures, accuracy }) => {
    // An error of 0 of n pictures is one of less than half a picture.
    return [Math.log(pictures), Math.log(Math.max(1 - accuracy.mean, 0.5 / total))] as const;
  });
  const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [mx, my] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  const slope = Math.min(0, points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / (spread || 1));
  const last = measured.at(-1);
  const factor = 2 ** slope;
  const error = (accuracy: number) => 1 - (1 - accuracy) * factor;
  const { mean: now = 0, low = 0, high = 1 } = last?.accuracy ?? {};
  return {
    pictures: 2 * (last?.pictures ?? 0),
    accuracy: { mean: error(now), low: error(low), high: error(high) },
    predicted: true,
  };
}
