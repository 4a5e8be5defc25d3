import { checkOptions, unknownName, valueText } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import { meanSquaredError as meanSquares } from "../../ops/index.ts";
import { binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy } from "./crossentropies.ts";
import { defineLoss, type Loss } from "./loss.ts";
import type { LossName } from "./names.ts";

/** The mean of the squared differences over the last axis. */
export function meanSquaredError(options: Readonly<Record<never, never>> = {}): Loss {
  checkOptions("meanSquaredError", options, {});
  return defineLoss({
    name: "meanSquaredError",
    losses: ({ g, predictions, targets }) => g.op(meanSquares, [predictions, targets]),
  });
}

interface NamedLoss {
  make(options?: { readonly fromLogits?: boolean }): Loss;
  /** Whether it can be computed of logits. */
  readonly ofLogits: boolean;
}

/**
 * The losses that can be given by name. A cross-entropy right after a softmax or sigmoid is computed from the logits, exactly; of
 * other probabilities it is Keras's, which keeps them between 1e-7 and 1 - 1e-7.
 */
const LOSSES = {
  sparseCategoricalCrossentropy: { make: sparseCategoricalCrossentropy, ofLogits: true },
  categoricalCrossentropy: { make: categoricalCrossentropy, ofLogits: true },
  binaryCrossentropy: { make: binaryCrossentropy, ofLogits: true },
  meanSquaredError: { make: meanSquaredError, ofLogits: false },
} satisfies Record<LossName, NamedLoss>;

/**
 * The loss that an option gives, by its name or as it is.
 * @param fromLogits whether the option `fromLogits` says that the predictions are logits
 * @throws StriateError `usage` for a name that there is not, for what is no loss, and for `fromLogits` where it cannot be meant
 */
export function lossOf(given: Loss | LossName, fromLogits = false): Loss {
  if (typeof given === "string") return lossNamed(given, fromLogits);
  if (!isLoss(given)) throw notALoss(given);
  if (!fromLogits || given.config.fromLogits === true) return given;
  throw new StriateError(
    "usage",
    `fromLogits is for losses that are given by name; give it to the loss itself: ${given.name}({ fromLogits: true })`,
  );
}

function lossNamed(name: LossName, fromLogits: boolean): Loss {
  if (!Object.hasOwn(LOSSES, name)) throw unknownName("loss", String(name), Object.keys(LOSSES));
  const { make, ofLogits }: NamedLoss = LOSSES[name];
  if (!fromLogits) return make();
  if (ofLogits) return make({ fromLogits });
  throw new StriateError("usage", `fromLogits is for cross-entropies; loss ${name} takes the predictions as they are`);
}

export function isLoss(given: unknown): given is Loss {
  return (
    typeof given === "object" &&
    given !== null &&
    "name" in given &&
    typeof given.name === "string" &&
    "losses" in given &&
    typeof given.losses === "function"
  );
}

function notALoss(given: unknown): StriateError {
  const hint = typeof given === "function" ? "; call it, or make a loss of a function of yours by defineLoss" : "";
  const names = Object.keys(LOSSES).join(", ");
  return new StriateError(
    "usage",
    `a loss is a name (${names}), or what their functions and defineLoss give; received ${valueText(given)}${hint}`,
  );
}
