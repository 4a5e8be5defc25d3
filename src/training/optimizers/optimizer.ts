import { finiteNumber, type NumberRange, type OptionNames, wholeNumber } from "../../checks/index.ts";
import type { GraphBuilder, Value } from "../../graph/index.ts";
import { formula } from "../../ops/index.ts";
import { checkRate, type LearningRate } from "../schedules.ts";
import { type Clipping, type ClippingOptions, clippingOf } from "./clipping.ts";
import { checkParameterGroups, type ParameterGroup } from "./parameterGroups.ts";

/** What an optimizer keeps for each weight, and how it starts. */
export interface Slot {
  readonly name: string;
  readonly initial: number;
}

/** The part of a step that is the same for all weights, or for those of a parameter group. */
export interface StepValues {
  readonly g: GraphBuilder;
  /** The learning rate of this step, a scalar. */
  readonly rate: Value;
  /** The number of this update, int64, counted from 1. */
  readonly step: Value;
  /** What the weight decay is multiplied by. Default 1. */
  readonly weightDecayMultiplier?: number;
}

/** Adds the update of one weight: returns the new weight, then the new slots in order. */
export type UpdateRule = (weight: Value, gradient: Value, slots: readonly Value[]) => readonly Value[];

/** How weights follow from gradients. Formulas, names and defaults are Keras's. */
export interface Optimizer {
  readonly name: string;
  readonly learningRate: LearningRate;
  /** The options besides the learning rate. A run is only resumed with an optimizer of the same name and config. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly slots: readonly Slot[];
  /** What becomes of the gradients before the weights follow from them. Default: nothing. */
  readonly clipping?: Clipping;
  /** Steps whose gradients are averaged for one update. Default 1. */
  readonly gradientAccumulationSteps?: number;
  /** Weights whose learning rate or weight decay is another. Default: none. */
  readonly parameterGroups?: readonly ParameterGroup[];
  /** Adds what all weights share, and returns the rule for each of them. */
  begin(values: StepValues): UpdateRule;
}

/** What all optimizers take. */
export interface OptimizerOptions extends ClippingOptions {
  /** A number, or a schedule, whose steps are those of `fit`, also where several of them are accumulated. */
  readonly learningRate?: LearningRate;
  /** Every update first takes the learning rate times this fraction off each weight. Default none; 0.004 for adamW. */
  readonly weightDecay?: number;
  /**
   * The weights are updated once in so many steps, by the mean of their gradients: what a batch of all their examples gives,
   * in the memory of one. Gradients of steps after the last update are kept for the next one. At least 2. Default: every step.
   */
  readonly gradientAccumulationSteps?: number;
  /**
   * Weights that learn at a multiple of the learning rate, or with a multiple of the weight decay: by name (`parameterGroup`),
   * by depth (`layerDecay`), or without decay (`withoutDecay`). A weight in several groups has the product.
   */
  readonly parameterGroups?: readonly ParameterGroup[];
}

export const OPTIMIZER_OPTIONS: OptionNames<OptimizerOptions> = {
  learningRate: true,
  weightDecay: true,
  clipNorm: true,
  globalClipNorm: true,
  clipValue: true,
  gradientAccumulationSteps: true,
  parameterGroups: true,
};

export const AT_LEAST_0: NumberRange = { least: 0 };
export const FRACTION: NumberRange = { least: 0, most: 1 };
export const BELOW_1: NumberRange = { least: 0, below: 1 };

/** What makes an optimizer another than the rest. */
interface Rule extends Pick<Optimizer, "name" | "config" | "slots"> {
  readonly learningRate: number;
  /** Default: none. */
  readonly weightDecay?: number;
  /** Numbers of the config with their ranges. */
  readonly ranges: Readonly<Record<string, NumberRange>>;
  begin(values: StepValues): UpdateRule;
}

/**
 * An optimizer by its rule, with what all of them can do.
 * @throws StriateError `usage` for the first number that is none, or out of its range
 */
export function optimizerBy(rule: Rule, options: OptimizerOptions): Optimizer {
  const { name } = rule;
  const { learningRate = rule.learningRate, weightDecay = rule.weightDecay, parameterGroups = [] } = options;
  const { gradientAccumulationSteps } = options;
  checkRate(name, "learningRate", learningRate);
  for (const [option, range] of Object.entries(rule.ranges)) finiteNumber(name, option, rule.config[option], range);
  if (weightDecay !== undefined) finiteNumber(name, "weightDecay", weightDecay, AT_LEAST_0);
  if (gradientAccumulationSteps !== undefined) {
    wholeNumber(name, "gradientAccumulationSteps", gradientAccumulationSteps, { least: 2 });
  }
  const clipping = clippingOf(name, options);
  checkParameterGroups(name, parameterGroups);
  return {
    name,
    learningRate,
    // Only what is given, so that runs of before these options resume.
    config: {
      ...rule.config,
      ...(weightDecay !== undefined && { weightDecay }),
      ...clipping?.config,
      ...(gradientAccumulationSteps !== undefined && { gradientAccumulationSteps }),
      ...(parameterGroups.length > 0 && { parameterGroups: parameterGroups.map(({ config }) => config) }),
    },
    slots: rule.slots,
    ...(clipping && { clipping }),
    ...(gradientAccumulationSteps !== undefined && { gradientAccumulationSteps }),
    ...(parameterGroups.length > 0 && { parameterGroups }),
    begin: (values) => decayed(values, weightDecay ?? 0, rule.begin(values)),
  };
}

/** Decoupled weight decay (Loshchilov and Hutter 2019) before an update. */
function decayed(
  { g, rate, weightDecayMultiplier = 1 }: StepValues,
  weightDecay: number,
  update: UpdateRule,
): UpdateRule {
  const decay = weightDecay * weightDecayMultiplier;
  if (decay === 0) return update;
  const f = formula(g, rate);
  const kept = f.sub(1, f.mul(rate, decay));
  return (weight, gradient, slots) => update(f.mul(weight, kept), gradient, slots);
}
