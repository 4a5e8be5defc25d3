import { at } from "../tensor/index.ts";
import type { Backbone } from "./backbone.ts";
import type { Interval } from "./interval.ts";
import type { StrategyName } from "./strategies.ts";
import type { Study } from "./study.ts";
import { secondsOf, type Timing } from "./timing.ts";

/** Which strategy to take, and why. */
export interface Advice {
  readonly strategy: StrategyName;
  /** The rule that it follows from, and the evidence: a sentence each. */
  readonly reasons: readonly string[];
  /** The accuracy of a linear probe on the features of each stage, from early to late. */
  readonly probes: readonly ({ readonly stage: string } & Accuracy)[];
  readonly learningCurve: readonly ({ readonly pictures: number; readonly predicted: boolean } & Accuracy)[];
  /** What each strategy would take on this machine, in seconds, from the features on. */
  readonly seconds: Readonly<Record<StrategyName, number>>;
}

/** A share of pictures that are told right, with its 95% interval. */
export interface Accuracy {
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
}

/** Pictures of a typical class from which on the last stage is fine-tuned. A convention: it was not measured which is better. */
const MEDIUM = 100;
/** From which on fine-tuning all layers does. */
const LARGE = 400;
/** From which on random weights can do without a backbone whose features fit badly. */
const VERY_LARGE = 5000;

/** One in twenty: an earlier stage that is better by chance alone. */
const SURE = 1.645;

/** An accuracy of the last stage's features below which they hardly fit. */
const FITS_BADLY = 0.5;

/** The advice that follows from a study: rules with numbers, so that the same study gives the same advice. */
export function adviceFrom(study: Study, backbone: Backbone, timing: Timing): Advice {
  const last = at(study.stages, study.stages.length - 1);
  const best = at(study.stages, study.best);
  const typical = median(study.counts);
  const differs = study.earlierBetter > SURE && best !== last;
  const evidence = `Cross-validated, a linear probe on the features of the last stage (${last.stage.name}) is right for ${percent(last.accuracy)}`;
  const compared = differs
    ? `, on those of ${best.stage.name} for ${percent(best.accuracy)}: the pictures differ from those of ${backbone.name}.`
    : ", and no earlier stage does better: the pictures are like those that the backbone learned from.";
  const count = `${Math.round(typical)} pictures of a typical class are`;
  const strategy = strategyFor(typical, differs, last.accuracy.mean);
  return {
    strategy,
    reasons: [`${count} ${RULES[strategy]}.`, evidence + compared],
    probes: study.stages.map(({ stage, accuracy }) => ({ stage: stage.name, ...accuracyOf(accuracy) })),
    learningCurve: study.learningCurve.map(({ pictures, predicted, accuracy }) => {
      return { pictures, predicted, ...accuracyOf(accuracy) };
    }),
    seconds: secondsOf(timing),
  };
}

function strategyFor(typical: number, differs: boolean, accuracy: number): StrategyName {
  if (differs) {
    if (typical >= VERY_LARGE && accuracy < FITS_BADLY) return "scratch";
    return typical >= LARGE ? "fineTuneAll" : "earlyFeatures";
  }
  if (typical >= LARGE) return "fineTuneAll";
  return typical >= MEDIUM ? "fineTuneLast" : "features";
}

const RULES: Readonly<Record<StrategyName, string>> = {
  features: `few (below ${MEDIUM}), so the backbone stays as it is and only a linear softmax is trained`,
  fineTuneLast: `enough (from ${MEDIUM} on) to train the last stage too, and too few (below ${LARGE}) for all layers`,
  fineTuneAll: `many (from ${LARGE} on), so all layers are trained from their pretrained weights`,
  scratch: `very many (from ${VERY_LARGE} on), and the backbone's features hardly fit, so the net is trained from random weights`,
  earlyFeatures: `few (below ${LARGE}), so a linear softmax is trained, on the features of the stage that fits best`,
};

function percent({ mean, low, high }: Interval): string {
  const of = (share: number) => (100 * share).toFixed(1);
  return `${of(mean)}% (95% interval ${of(low)} to ${of(high)})`;
}

function accuracyOf({ mean, low, high }: Interval): Accuracy {
  return { accuracy: mean, low, high };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
