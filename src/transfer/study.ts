import type { Engine } from "../engine/index.ts";
import { at } from "../tensor/index.ts";
import { type CrossValidation, crossValidate } from "./crossValidation.ts";
import { groupsOf, nearDuplicates } from "./duplicates.ts";
import type { Features } from "./features.ts";
import { foldsOf } from "./folds.ts";
import type { Interval } from "./interval.ts";
import { type CurvePoint, learningCurve } from "./learningCurve.ts";
import { argMax } from "./measure.ts";
import { type ProbeFitter, probeFitter } from "./probe.ts";
import type { Stage } from "./stages.ts";
import { type Suspect, suspectsOf } from "./suspects.ts";

/** What linear probes say about the features of one stage. */
export interface StageStudy {
  readonly stage: Stage;
  /** Out of sample. */
  readonly accuracy: Interval;
  readonly loss: number;
  readonly penalty: number;
}

/** What can be known of a data set from the features that a backbone makes of it, before anything is trained. */
export interface Study {
  /** From early to late. */
  readonly stages: readonly StageStudy[];
  /** The place in `stages` of the one with the least loss. */
  readonly best: number;
  /**
   * How sure it is that the best earlier stage tells more pictures right than the last: the z of McNemar's test, positive
   * where it does. Features that get worse in the last stage are those of other pictures.
   */
  readonly earlierBetter: number;
  readonly learningCurve: readonly CurvePoint[];
  readonly suspects: readonly Suspect[];
  /** Groups of pictures that are the same scene, by place. */
  readonly duplicates: readonly (readonly number[])[];
  /** The group of each picture: see `nearDuplicates`. */
  readonly groups: Int32Array;
  /** The number of pictures of each class that could be read. */
  readonly counts: readonly number[];
}

export interface StudyOptions {
  readonly classes: number;
  /** Folds of the cross-validation; default 5, or as many as the smallest class allows, at least 2. */
  readonly folds?: number;
  /** Of the folds. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Cross-validates linear probes on the features of each stage; near duplicates are in one fold. */
export async function study(engine: Engine, features: Features, options: StudyOptions): Promise<Study> {
  const { classes, seed = 0, signal, onProgress } = options;
  const { labels, standIns, stages } = features;
  const weights = new Float32Array(labels.length).fill(1);
  for (const place of standIns) weights[place] = 0;
  const groups = nearDuplicates(at(stages, stages.length - 1).values);
  const folds = foldsOf(labels, options.folds ?? foldsFor(labels, groups), { seed, groups });
  const common = { labels, classes, folds, weights };
  const results: CrossValidation[] = [];
  let curve: readonly CurvePoint[] = [];
  for (const [i, { values }] of stages.entries()) {
    await using(await probeFitter(engine, values, labels, classes, signal), async (fitter) => {
      const share = (done: number, total: number) => onProgress?.(i + done / total, stages.length + 1);
      const result = await crossValidate(fitter, { ...common, onProgress: share });
      results.push(result);
      if (i === stages.length - 1) curve = await learningCurve(fitter, common, result, seed);
    });
  }
  onProgress?.(stages.length + 1, stages.length + 1);
  const last = at(results, results.length - 1);
  const losses = results.map(({ loss }) => loss);
  const best = losses.indexOf(Math.min(...losses));
  const earlier = results.slice(0, -1).reduce<CrossValidation | undefined>((found, result) => {
    return found && found.loss <= result.loss ? found : result;
  }, undefined);
  return {
    stages: stages.map(({ stage }, i) => {
      const { accuracy, loss, penalty } = at(results, i);
      return { stage, accuracy, loss, penalty };
    }),
    best,
    earlierBetter: earlier ? mcNemar(earlier, last, labels, classes, weights) : 0,
    learningCurve: curve,
    suspects: suspectsOf(at(results, best).probabilities, labels, classes, weights),
    duplicates: groupsOf(groups),
    groups,
    counts: countsOf(labels, weights, classes),
  };
}

async function using(fitter: ProbeFitter, use: (fitter: ProbeFitter) => Promise<void>): Promise<void> {
  try {
    await use(fitter);
  } finally {
    await fitter.close();
  }
}

/** 5, or as many as there are different pictures in the smallest class. */
function foldsFor(labels: Int32Array, groups: Int32Array): number {
  const distinct = new Map<number, Set<number>>();
  for (const [i, label] of labels.entries()) {
    distinct.set(label, (distinct.get(label) ?? new Set()).add(groups[i] ?? 0));
  }
  const fewest = Math.min(...[...distinct.values()].map((members) => members.size));
  return Math.max(2, Math.min(5, fewest));
}

function countsOf(labels: Int32Array, weights: Float32Array, classes: number): readonly number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const [i, label] of labels.entries()) counts[label] = (counts[label] ?? 0) + (weights[i] ?? 0);
  return counts;
}

/** (a - b) / sqrt(a + b), where a pictures are right by the first alone and b by the second alone (McNemar 1947). */
function mcNemar(
  first: CrossValidation,
  second: CrossValidation,
  labels: Int32Array,
  classes: number,
  weights: Float32Array,
): number {
  let [a, b] = [0, 0];
  for (const [i, label] of labels.entries()) {
    if (weights[i] === 0) continue;
    const isRight = ({ probabilities }: CrossValidation) => {
      const row = probabilities.subarray(i * classes, (i + 1) * classes);
      return argMax(row) === label;
    };
    const [one, other] = [isRight(first), isRight(second)];
    if (one && !other) a++;
    if (other && !one) b++;
  }
  return a + b === 0 ? 0 : (a - b) / Math.sqrt(a + b);
}
