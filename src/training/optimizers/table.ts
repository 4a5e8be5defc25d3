import { unknownName } from "../../checks/index.ts";
import { adagrad } from "./adagrad.ts";
import { adam, adamW } from "./adam.ts";
import type { Optimizer, OptimizerOptions } from "./optimizer.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";

/** The optimizers that can be given by name. */
const OPTIMIZERS = { sgd, adagrad, rmsprop, adam, adamW } satisfies Record<
  string,
  (options?: OptimizerOptions) => Optimizer
>;

/** The name of an optimizer. */
export type OptimizerName = keyof typeof OPTIMIZERS;

/** @throws StriateError `usage` that lists the optimizers when there is none like it. */
export function optimizerNamed(name: OptimizerName): (options?: OptimizerOptions) => Optimizer {
  if (!Object.hasOwn(OPTIMIZERS, name)) throw unknownName("optimizer", name, Object.keys(OPTIMIZERS));
  return OPTIMIZERS[name];
}
