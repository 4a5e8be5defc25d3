import { unknownName } from "../../checks/index.ts";
import { adagrad } from "./adagrad.ts";
import { adam, adamW } from "./adam.ts";
import { OPTIMIZER_NAMES, type OptimizerName } from "./names.ts";
import type { Optimizer, OptimizerOptions } from "./optimizer.ts";
import { rmsprop } from "./rmsprop.ts";
import { type SgdOptions, sgd } from "./sgd.ts";

/** Makes an optimizer of the options of all, and those that only some have. */
type Make = (options?: OptimizerOptions & Pick<SgdOptions, "momentum" | "nesterov">) => Optimizer;

const OPTIMIZERS: Readonly<Record<OptimizerName, Make>> = {
  sgd,
  adagrad,
  rmsprop,
  adam,
  adamW,
};

/** @throws StriateError `usage` that lists the optimizers when there is none like it. */
export function optimizerNamed(
  name: OptimizerName,
): (options?: OptimizerOptions & Pick<SgdOptions, "momentum" | "nesterov">) => Optimizer {
  if (!Object.hasOwn(OPTIMIZERS, name)) throw unknownName("optimizer", name, OPTIMIZER_NAMES);
  return OPTIMIZERS[name];
}
