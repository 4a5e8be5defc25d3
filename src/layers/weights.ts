import type { Shape } from "../tensor/index.ts";
import { type Constraint, type ConstraintName, constraint } from "./constraints.ts";
import { type Initializer, type InitializerName, initializer } from "./initializers.ts";
import { type Regularizer, type RegularizerName, regularizer } from "./regularizers.ts";
import type { WeightSpec } from "./variable.ts";

/** What the options of a layer say of one of its weights. */
interface Choices {
  readonly initializer: InitializerName | Initializer;
  readonly regularizer: RegularizerName | Regularizer | undefined;
  readonly constraint: ConstraintName | Constraint | undefined;
}

/** A weight of a layer by its shape. @throws StriateError `usage` for a choice that there is not */
export function weightOf(
  type: string,
  name: string,
  choices: Choices,
): (shape: Shape, toGraph?: readonly number[]) => WeightSpec {
  const chosen = {
    name,
    initializer: initializer(type, choices.initializer),
    regularizer: regularizer(type, choices.regularizer),
    constraint: constraint(type, choices.constraint),
  };
  return (shape, toGraph) => ({ ...chosen, shape, ...(toGraph && { toGraph }) });
}
