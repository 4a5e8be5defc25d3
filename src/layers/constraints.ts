import { checkOptions, finiteNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { GraphBuilder, Value } from "../graph/index.ts";
import { clip, formula, mul, reduceSum, relu } from "../ops/index.ts";
import { unknownChoice } from "./options.ts";
import type { WeightSpec } from "./variable.ts";

/** The axes of a weight, in Keras's shape, over which a norm is taken. Default 0: for `dense`, a norm for each unit. */
export type Axes = number | readonly number[];

/** What `maxNorm` makes. */
export interface MaxNorm {
  readonly by: "maxNorm";
  readonly maxValue: number;
  readonly axis: Axes;
}

/** What `minMaxNorm` makes. */
export interface MinMaxNorm {
  readonly by: "minMaxNorm";
  readonly minValue: number;
  readonly maxValue: number;
  readonly rate: number;
  readonly axis: Axes;
}

/** What `unitNorm` makes. */
export interface UnitNorm {
  readonly by: "unitNorm";
  readonly axis: Axes;
}

/** What a weight is made to fulfil after each step of training. */
export type Constraint = MaxNorm | MinMaxNorm | UnitNorm | { readonly by: "nonNeg" } | ForeignConstraint;

/** One of Python code, of which a file has the name alone: the layer predicts, and does not train. */
export interface ForeignConstraint {
  readonly by: "foreign";
  readonly name: string;
}

/** The name of a constraint, with Keras's defaults. */
export type ConstraintName = Exclude<Constraint["by"], "foreign">;

/** Vectors that are longer than maxValue (default 2) are shortened to it, as Keras's MaxNorm. */
export function maxNorm(options: Partial<Omit<MaxNorm, "by">> = {}): Constraint {
  checkOptions("maxNorm", options, { maxValue: true, axis: true });
  const { maxValue = 2, axis = 0 } = options;
  return { by: "maxNorm", maxValue: finiteNumber("maxNorm", "maxValue", maxValue, { least: 0 }), axis };
}

/**
 * Vectors that are shorter than minValue (default 0) or longer than maxValue (default 1) move to it by `rate` (default 1:
 * all the way), as Keras's MinMaxNorm.
 */
export function minMaxNorm(options: Partial<Omit<MinMaxNorm, "by">> = {}): Constraint {
  const type = "minMaxNorm";
  checkOptions(type, options, { minValue: true, maxValue: true, rate: true, axis: true });
  const { minValue = 0, maxValue = 1, rate = 1, axis = 0 } = options;
  return {
    by: type,
    minValue: finiteNumber(type, "minValue", minValue, { least: 0 }),
    maxValue: finiteNumber(type, "maxValue", maxValue, { least: 0 }),
    rate: finiteNumber(type, "rate", rate, { least: 0, most: 1 }),
    axis,
  };
}

/** Weights below 0 become 0, as Keras's NonNeg. */
export function nonNeg(): Constraint {
  return { by: "nonNeg" };
}

/** Vectors have length 1, as Keras's UnitNorm. */
export function unitNorm(options: Partial<Omit<UnitNorm, "by">> = {}): Constraint {
  checkOptions("unitNorm", options, { axis: true });
  return { by: "unitNorm", axis: options.axis ?? 0 };
}

const NAMED: Readonly<Record<ConstraintName, () => Constraint>> = { maxNorm, minMaxNorm, nonNeg, unitNorm };

/** A constraint as an option gives it. @throws StriateError `usage` that lists the names when there is none like it. */
export function constraint(layer: string, given: ConstraintName | Constraint | undefined): Constraint | undefined {
  if (given === undefined || given === null) return undefined;
  const name = typeof given === "string" ? given : given.by;
  if (name !== "foreign" && !Object.hasOwn(NAMED, name)) {
    throw unknownChoice(layer, "constraint", name, Object.keys(NAMED));
  }
  return typeof given === "string" ? NAMED[given]() : given;
}

/** Keras's epsilon: no norm counts as 0. */
const EPSILON = 1e-7;

/** Adds a weight as its constraint wants it. @throws StriateError `usage` for a constraint that is Python code */
export function constrained(g: GraphBuilder, weight: Value, { constraint, shape, toGraph }: WeightSpec): Value {
  if (constraint === undefined) return weight;
  const f = formula(g, weight);
  const norms = (axis: Axes) => {
    const rank = shape.length;
    const axes = [axis].flat().map((i) => (i < 0 ? i + rank : i));
    if (axes.some((i) => !Number.isInteger(i) || i < 0 || i >= rank)) {
      throw new StriateError("usage", `${weight.name}: its constraint's axis ${axis} is none of its ${rank}`);
    }
    const places = axes.map((i) => (toGraph ? toGraph.indexOf(i) : i));
    return f.sqrt(g.op(reduceSum, [g.op(mul, [weight, weight]), g.int64s(...places)]));
  };
  const within = (norm: Value, least: number, most: number) =>
    g.op(clip, [norm, g.scalar(norm, least), g.scalar(norm, most)]);
  const scaled = (norm: Value, target: Value | number) => f.mul(weight, f.div(target, f.add(norm, EPSILON)));
  switch (constraint.by) {
    case "nonNeg":
      return g.op(relu, [weight]);
    case "unitNorm":
      return scaled(norms(constraint.axis), 1);
    case "maxNorm": {
      const norm = norms(constraint.axis);
      return scaled(norm, within(norm, 0, constraint.maxValue));
    }
    case "minMaxNorm": {
      const { minValue, maxValue, rate } = constraint;
      const norm = norms(constraint.axis);
      return scaled(norm, f.add(f.mul(within(norm, minValue, maxValue), rate), f.mul(norm, 1 - rate)));
    }
    case "foreign":
      throw new StriateError(
        "usage",
        `${weight.name}: its constraint ${constraint.name} is Python code, which is never run, so it cannot be trained ` +
          "as in Keras; it predicts. To train it, save the model from Python without that constraint",
      );
  }
}
