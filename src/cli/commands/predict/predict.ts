import { nameText } from "../../../checks/index.ts";
import { StriateError } from "../../../errors.ts";
import { predict } from "../../../training/index.ts";
import type { Context } from "../../context.ts";
import { DONE } from "../../exitCodes.ts";
import { openEngine } from "../../openEngine.ts";
import type { Output } from "../../terminal/output.ts";
import type { PredictFlags } from "./flags.ts";
import { predictorOf } from "./predictor.ts";
import { fileSources, testPictures } from "./sources.ts";

/** Pictures that are read and predicted together. */
const CHUNK = 128;
/** Without files a few of the test pictures are enough to see how the net does. */
const DEFAULT_LIMIT = 10;

/** `striate predict`: the most probable classes of each picture. A bad photo among many is told and left out. */
export async function predictPictures(context: Context<PredictFlags>): Promise<number> {
  const { args, flags, output, signal, checkInterrupted } = context;
  const [what = "", ...files] = args;
  const predictor = await predictorOf(what, flags);
  const { model, classNames, config } = predictor;
  if (files.length === 0 && !config) {
    throw new StriateError("usage", `${what} is a file, which has no test pictures as a run has; name some pictures`);
  }
  const sources =
    files.length > 0 || !config ? await fileSources(files, predictor) : [await testPictures(what, config, predictor)];
  const failures: Error[] = [];
  let left = flags.limit ?? (files.length > 0 ? Number.POSITIVE_INFINITY : DEFAULT_LIMIT);
  let asked = 0;
  const engine = await openEngine(context, flags);
  for (const source of sources) {
    const count = Math.min(left, source.length);
    left -= count;
    asked += count;
    for (let start = 0; start < count; start += CHUNK) {
      checkInterrupted("the prediction");
      const read = await source.read(Array.from({ length: Math.min(CHUNK, count - start) }, (_, i) => start + i));
      failures.push(...read.failures);
      if (read.indices.length === 0) continue;
      const { data } = await predict(model, read.inputs, { engine, batchSize: CHUNK, signal });
      const units = data.length / read.indices.length;
      for (const [row, index] of read.indices.entries()) {
        const scores = ofClasses(data.subarray(row * units, (row + 1) * units), classNames);
        tell(output, source.nameOf(index), ranked(scores, classNames, flags.top));
      }
    }
  }
  const [first] = failures;
  if (!first) return DONE;
  if (asked === 1) throw first;
  for (const { message } of failures) output.say(`  ${message}`);
  throw new StriateError("data", `${failures.length} of ${asked} pictures could not be read; the others are done`);
}

interface Ranked {
  readonly class: string;
  readonly score: number;
}

/** A number for each class; of a single number, which speaks for the second of two, the other one's too. */
function ofClasses(scores: Float32Array, { length }: readonly string[]): Float32Array {
  const [score = 0] = scores;
  return scores.length === 1 && length === 2 ? Float32Array.of(1 - score, score) : scores;
}

interface Ranking {
  readonly top: readonly Ranked[];
  /** Whether the scores are from 0 to 1, and 1 together. */
  readonly areProbabilities: boolean;
}

/** The first few classes, those with the highest scores first. */
function ranked(scores: Float32Array, names: readonly string[], count: number): Ranking {
  const all = names.map((name, i) => ({ class: name, score: scores[i] ?? Number.NaN }));
  const sum = scores.reduce((total, score) => total + score, 0);
  return {
    top: all.sort((a, b) => b.score - a.score).slice(0, count),
    areProbabilities: scores.every((score) => score >= 0 && score <= 1) && Math.abs(sum - 1) < 1e-3,
  };
}

function tell(output: Output, input: string, { top, areProbabilities }: Ranking): void {
  const key = areProbabilities ? "probability" : "score";
  const lines = top.map(({ class: name, score }) => ({ class: name, [key]: score }));
  const words = top.map(({ class: name, score }) => {
    return `${nameText(name)} ${areProbabilities ? `${(100 * score).toFixed(1)}%` : Number(score.toPrecision(4))}`;
  });
  output.result({ input, ...lines[0], top: lines }, `${nameText(input)}  ${words.join("  ")}`);
}
