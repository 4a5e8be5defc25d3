import { unknownName } from "../../checks/index.ts";
import { adagrad } from "./adagrad.ts";
import { adam, adamW } from "./adam.ts";
import { OPTIMIZER_NAMES, type OptimizerName } from "./names.ts";
import type { Optimizer, OptimizerOptions } from "./optimizer.ts";
import { rmsprop } from "./rmsprop.ts";
import { type SgdOptions, sgd } from "./sgd.ts";

/** The options of all optimizers, and those that only some have. */
type AnyOptions = OptimizerOptions & Pick<SgdOptions, "momentum" | "nesterov">;

const OPTIMIZERS: Readonly<Record<OptimizerName, (options?: AnyOptions) => Optimizer>> = {
  sgd,
  adagrad,
  rmsprop,
  adam,
  adamW,
};

/** @throws StriateError `usage` that lists the optimizers when there is none like it. */
export function optimizerNamed(name: OptimizerName): (options?: AnyOptions) => Optimizer {
  if (!Object.hasOwn(OPTIMIZERS, name)) throw unknownName("optimizer", name, OPTIMIZER_NAMES);
  return OPTIMIZERS[name];
}
