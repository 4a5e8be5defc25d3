import { checkOptions, finiteNumber, type OptionNames, wholeNumber } from "../checks/index.ts";
import { batchPlan, type Dataset } from "../data/index.ts";
import { StriateError } from "../errors.ts";
import type { Model } from "../model/index.ts";
import { BatchReader } from "./batchReader.ts";
import { Executables } from "./executables.ts";
import { checkFits, readExamples } from "./feeding.ts";
import { OBJECTIVE_OPTIONS, type ObjectiveOptions, objectivesOf } from "./objective.ts";
import { adam, type Optimizer, type OptimizerName, optimizerNamed } from "./optimizers/index.ts";
import { checkAborted, checkRun, RUN_OPTIONS, type RunOptions, withEngine } from "./running.ts";
import { initialStates } from "./step/index.ts";

/** How `findLearningRate` goes about it. */
export interface LearningRateOptions extends RunOptions, ObjectiveOptions {
  /** The rates of the first and the last step. Default 1e-7 and 10. */
  readonly from?: number;
  readonly to?: number;
  /** Steps from one to the other. Default 100. */
  readonly steps?: number;
  /** Examples in a step. Default 32. */
  readonly batchSize?: number;
  /** Whose learning rate is looked for; its own rate does not count. Default adam(). */
  readonly optimizer?: Optimizer | OptimizerName;
  /** Of the order of the examples and of dropout. Default 0. */
  readonly seed?: number;
  /** The share of the past in the smoothed loss, from 0 up to, not including, 1. Default 0.9. */
  readonly smoothing?: number;
  /** Told after every step. */
  readonly onStep?: (point: RatePoint, step: number, steps: number) => void;
}

const OPTIONS: OptionNames<LearningRateOptions> = {
  ...RUN_OPTIONS,
  ...OBJECTIVE_OPTIONS,
  from: true,
  to: true,
  steps: true,
  batchSize: true,
  optimizer: true,
  seed: true,
  smoothing: true,
  onStep: true,
};

/** A step of a range test. */
export interface RatePoint {
  readonly rate: number;
  /** Of the step's batch, before the update by this rate. */
  readonly loss: number;
  /** The exponential moving average of the losses so far, corrected for its beginning. */
  readonly smoothed: number;
}

/** What a range test found. */
export interface LearningRateFound {
  readonly points: readonly RatePoint[];
  /** The rate to begin with: `steepest`, or a tenth of `minimum` where that is less. */
  readonly suggestion: number;
  /** Where the smoothed loss falls fastest over the logarithm of the rate. */
  readonly steepest: number;
  /** Where it is least. */
  readonly minimum: number;
  /** Whether the loss grew to 4 times its least, or was no number, so that the test ended there. */
  readonly diverged: boolean;
}

/** More times the least smoothed loss is divergence, as in fastai. */
const DIVERGED = 4;

/**
 * The learning-rate range test (Smith 2017): the loss while the rate rises exponentially from step to step, which tells the
 * rate to train with. Data are repeated where there are fewer than the steps take. The model's weights stay as they were.
 *
 * The same seed gives the same numbers on the same machine, engine and number of threads.
 * @throws StriateError `usage` for options that cannot be meant, `data` where the loss never falls or the first is no number,
 * `interrupted` by the signal; `shape` where the data does not fit the model
 */
export async function findLearningRate(
  model: Model,
  data: Dataset,
  options: LearningRateOptions = {},
): Promise<LearningRateFound> {
  const where = "findLearningRate";
  checkOptions(where, options, OPTIONS);
  checkRun(where, options);
  const { signal, onStep, optimizer: given = adam() } = options;
  const from = finiteNumber(where, "from", options.from ?? 1e-7, { above: 0 });
  const to = finiteNumber(where, "to", options.to ?? 10, { above: from });
  const steps = wholeNumber(where, "steps", options.steps ?? 100, { least: LEAST_STEPS });
  const seed = wholeNumber(where, "seed", options.seed ?? 0, { least: 0 });
  const smoothing = finiteNumber(where, "smoothing", options.smoothing ?? 0.9, { least: 0, below: 1 });
  const asked = wholeNumber(where, "batchSize", options.batchSize ?? model.batchSize ?? 32);
  const objective: ObjectiveOptions = Object.fromEntries(
    Object.entries(options).filter(([name, value]) => Object.hasOwn(OBJECTIVE_OPTIONS, name) && value !== undefined),
  );
  const objectives = objectivesOf(model, objective);
  checkFits(model, data, objectives);
  const optimizer = typeof given === "string" ? optimizerNamed(given)() : given;
  const batchSize = Math.min(asked, data.length);
  const plan = plannedBatches(data.length, batchSize, seed, steps);
  const points: RatePoint[] = [];
  await withEngine(options, async (engine) => {
    const weighted = { training: data.weighted === true, validation: false };
    const executables = new Executables({ model, engine, objective, optimizer, weighted });
    try {
      await executables.start(batchSize);
      await executables.writeState(initialStates(model, optimizer, executables));
      const read = (step: number) => {
        const { epoch, indices } = plan[step] ?? { epoch: 0, indices: new Uint32Array() };
        const upcoming = plan
          .slice(step + 1, step + UPCOMING)
          .flatMap((next) => (next.epoch === epoch ? [next.indices] : []));
        return readExamples(model, data, objectives, indices, batchSize, { epoch, upcoming });
      };
      const reader = new BatchReader(read, steps, 0);
      let average = 0;
      for (let step = 0; step < steps; step++) {
        checkAborted(signal, "the learning-rate range test");
        const examples = await reader.take();
        if (!examples) break;
        reader.readAhead();
        const learningRate = from * (to / from) ** (step / (steps - 1));
        const { inputs, targets, weights, count } = examples;
        const feeds = { ...inputs, ...targets, ...weights };
        const outputs = await executables.run({ count, feeds, learningRate, seed, step, fetch: ["loss"] });
        const loss = Number(outputs.loss?.data[0]);
        if (!Number.isFinite(loss)) break;
        average = smoothing * average + (1 - smoothing) * loss;
        const point = { rate: learningRate, loss, smoothed: average / (1 - smoothing ** (step + 1)) };
        points.push(point);
        onStep?.(point, step + 1, steps);
        if (point.smoothed > DIVERGED * Math.min(...points.map(({ smoothed }) => smoothed))) break;
      }
    } finally {
      await executables.close();
    }
  });
  return { points, ...suggestionFrom(points), diverged: points.length < steps };
}

/** Of fewer nothing can be read. */
const LEAST_STEPS = 10;

/** Batches ahead that the data set is told of. */
const UPCOMING = 16;

/** The batches of as many epochs as the steps take; a smaller last one is left out. */
function plannedBatches(length: number, batchSize: number, seed: number, steps: number) {
  const batches: { readonly epoch: number; readonly indices: Uint32Array }[] = [];
  for (let epoch = 0; batches.length < steps; epoch++) {
    for (const indices of batchPlan({ length, batchSize, seed, shuffle: true, epoch })) {
      if (indices.length === batchSize) batches.push({ epoch, indices });
    }
  }
  return batches.slice(0, steps);
}

/**
 * What the points say: the steepest descent of the smoothed loss before its minimum, and a tenth of the rate of the minimum.
 * @throws StriateError `data` where there are too few points, or the loss never falls
 */
function suggestionFrom(points: readonly RatePoint[]): Pick<LearningRateFound, "suggestion" | "steepest" | "minimum"> {
  const least = Math.min(...points.map(({ smoothed }) => smoothed));
  const bottom = points.findIndex(({ smoothed }) => smoothed === least);
  let [steepest, slope] = [-1, 0];
  for (let i = 1; i <= bottom; i++) {
    const [before, after] = [points[Math.max(0, i - 1)], points[Math.min(bottom, i + 1)]];
    if (!before || !after) continue;
    const own = (after.smoothed - before.smoothed) / Math.log(after.rate / before.rate);
    if (own < slope) [steepest, slope] = [i, own];
  }
  const [falls, lowest] = [points[steepest], points[bottom]];
  if (!falls || !lowest) {
    const first = points[0];
    throw new StriateError(
      "data",
      first === undefined
        ? "the first loss is no number, whatever the learning rate; look at the data and the loss"
        : `the loss never falls below that of the first step, ${first.loss.toPrecision(3)} at the rate ${first.rate.toPrecision(2)}; ` +
            "begin at a smaller rate (from), or take more steps",
    );
  }
  return {
    suggestion: Math.min(falls.rate, lowest.rate / 10),
    steepest: falls.rate,
    minimum: lowest.rate,
  };
}
