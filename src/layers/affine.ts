import type { OptionNames } from "../checks/index.ts";
import type { Shape } from "../tensor/index.ts";
import type { Constraint, ConstraintName } from "./constraints.ts";
import type { Initializer, InitializerName } from "./initializers.ts";
import type { Regularizer, RegularizerName } from "./regularizers.ts";
import type { WeightSpec } from "./variable.ts";
import { weightOf } from "./weights.ts";

/** What every normalization takes that learns a factor, gamma, and a term, beta. */
export interface AffineOptions {
  /** Whether there is a `beta` to add. Default true. */
  readonly center?: boolean;
  /** Whether there is a `gamma` to multiply by. Default true. */
  readonly scale?: boolean;
  /** Default `zeros`. */
  readonly betaInitializer?: InitializerName | Initializer;
  /** What large betas cost in training. Default: none. */
  readonly betaRegularizer?: RegularizerName | Regularizer;
  /** What betas are made to fulfil after each step of training. Default: nothing. */
  readonly betaConstraint?: ConstraintName | Constraint;
  /** Default `ones`. */
  readonly gammaInitializer?: InitializerName | Initializer;
  /** What large gammas cost in training. Default: none. */
  readonly gammaRegularizer?: RegularizerName | Regularizer;
  /** What gammas are made to fulfil after each step of training. Default: nothing. */
  readonly gammaConstraint?: ConstraintName | Constraint;
}

export const AFFINE: OptionNames<AffineOptions> = {
  center: true,
  scale: true,
  betaInitializer: true,
  betaRegularizer: true,
  betaConstraint: true,
  gammaInitializer: true,
  gammaRegularizer: true,
  gammaConstraint: true,
};

/** The weights gamma and beta of a shape, as far as the options ask for them. */
export function affineWeights(type: string, options: AffineOptions): (shape: Shape) => readonly WeightSpec[] {
  const { center = true, scale = true } = options;
  const gamma = weightOf(type, "gamma", {
    initializer: options.gammaInitializer ?? "ones",
    regularizer: options.gammaRegularizer,
    constraint: options.gammaConstraint,
  });
  const beta = weightOf(type, "beta", {
    initializer: options.betaInitializer ?? "zeros",
    regularizer: options.betaRegularizer,
    constraint: options.betaConstraint,
  });
  return (shape) => [...(scale ? [gamma(shape)] : []), ...(center ? [beta(shape)] : [])];
}
