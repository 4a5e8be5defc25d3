import { checkOptions, finiteNumber, type OptionNames, valueText } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import { type Model, type ModelWeight, type NamePattern, weightDepths, weightsNamed } from "../../model/index.ts";

/** What the learning rate and the weight decay of a weight are multiplied by. */
export interface Multipliers {
  /** Default 1. 0: the weight stays as it is, but for its decay. */
  readonly learningRateMultiplier?: number;
  /** Default 1. */
  readonly weightDecayMultiplier?: number;
}

/** Weights that train at another rate than the rest. Made by `parameterGroup`, `layerDecay` and `withoutDecay`. */
export interface ParameterGroup {
  /** What a resumed run compares. */
  readonly config: Readonly<Record<string, unknown>>;
  /**
   * By the keys of the weights that are in it.
   * @throws StriateError `usage` where the group cannot be meant for the model
   */
  multipliersOf(model: Model): ReadonlyMap<string, Multipliers>;
}

/** The options of `parameterGroup`. */
export interface ParameterGroupOptions extends Multipliers {
  /** Names of layers or weights, as `model.freeze` takes them: `base/*`, `conv1`, `conv1/kernel`, a RegExp, or several. */
  readonly weights: NamePattern | readonly NamePattern[];
}

const OPTIONS: OptionNames<ParameterGroupOptions> = {
  weights: true,
  learningRateMultiplier: true,
  weightDecayMultiplier: true,
};

/**
 * Weights by their names or those of their layers: `parameterGroup({ weights: "base/*", learningRateMultiplier: 0.1 })`.
 * @throws StriateError `usage` for options that cannot be meant; when training starts, for a name that fits nothing
 */
export function parameterGroup(options: ParameterGroupOptions): ParameterGroup {
  const where = "parameterGroup";
  checkOptions(where, options, OPTIONS);
  const { weights, ...multipliers } = options;
  for (const [name, multiplier] of Object.entries(multipliers)) {
    if (multiplier !== undefined) finiteNumber(where, name, multiplier, { least: 0 });
  }
  const patterns = [weights].flat() as readonly NamePattern[];
  const wrong = patterns.find((pattern) => typeof pattern !== "string" && !(pattern instanceof RegExp));
  if (patterns.length === 0 || patterns.some((pattern) => pattern === wrong)) {
    throw new StriateError(
      "usage",
      `${where}: weights is a name, a RegExp, or a list of them, received ${valueText(weights)}`,
    );
  }
  return {
    config: { weights: patterns.map(String), ...multipliers },
    multipliersOf: (model) =>
      new Map(patterns.flatMap((pattern) => weightsNamed(model, pattern)).map(({ key }) => [key, multipliers])),
  };
}

/**
 * Learning rates that fall from the outputs to the inputs, for a net that is trained already: each is multiplied by
 * `decay` for every layer with a kernel between the weight and the outputs, by the longest way (Howard and Ruder 2018;
 * "layer-wise learning rate decay"). The last layer learns at the whole rate.
 * @param decay above 0, at most 1; the more layers, the nearer to 1: 0.75 for a dozen, 0.95 for a ResNet-50
 * @throws StriateError `usage` unless it is such a number
 */
export function layerDecay(decay: number): ParameterGroup {
  finiteNumber("layerDecay", "decay", decay, { above: 0, most: 1 });
  return {
    config: { layerDecay: decay },
    multipliersOf: (model) =>
      new Map([...weightDepths(model)].map(([key, depth]) => [key, { learningRateMultiplier: decay ** depth }])),
  };
}

/**
 * No weight decay for biases and the gains of normalizations, which are the weights with one axis; or for those that are named.
 * @throws StriateError `usage` as `parameterGroup`
 */
export function withoutDecay(...weights: readonly NamePattern[]): ParameterGroup {
  if (weights.length > 0) return parameterGroup({ weights, weightDecayMultiplier: 0 });
  const isVector = ({ spec }: ModelWeight) => spec.shape.length <= 1;
  return {
    config: { withoutDecay: "vectors" },
    multipliersOf: (model) =>
      new Map(model.weightSpecs.filter(isVector).map(({ key }) => [key, { weightDecayMultiplier: 0 }])),
  };
}

/** @throws StriateError `usage` for what is no list of groups */
export function checkParameterGroups(optimizer: string, groups: readonly ParameterGroup[]): void {
  const isGroup = (group: ParameterGroup) => typeof group?.multipliersOf === "function";
  if (Array.isArray(groups) && groups.every(isGroup)) return;
  throw new StriateError(
    "usage",
    `${optimizer}: parameterGroups is a list of what parameterGroup, layerDecay and withoutDecay give; received ${valueText(groups)}`,
  );
}

/** The multipliers of a weight: the products over all groups that it is in. */
export function multipliersIn(model: Model, groups: readonly ParameterGroup[]): (key: string) => Required<Multipliers> {
  const all = groups.map((group) => group.multipliersOf(model));
  return (key) => {
    const mine = all.map((group) => group.get(key) ?? {});
    return {
      learningRateMultiplier: mine.reduce(
        (product, { learningRateMultiplier = 1 }) => product * learningRateMultiplier,
        1,
      ),
      weightDecayMultiplier: mine.reduce(
        (product, { weightDecayMultiplier = 1 }) => product * weightDecayMultiplier,
        1,
      ),
    };
  };
}
