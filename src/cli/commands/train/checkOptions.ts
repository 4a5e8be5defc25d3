import { StriateError } from "../../../errors.ts";
import { optimizerNamed } from "../../../training/index.ts";
import { optimizersWith } from "../../../training/optimizers/names.ts";
import type { LabelledData } from "../../data/labelledData.ts";
import { type Given, optionName, type Values } from "../../flags/flag.ts";
import { checkUses } from "../../flags/useRules.ts";
import type { TrainFlags } from "./flags.ts";

/**
 * Checks options that depend on each other, before anything is read.
 * @throws StriateError `usage` that says which option has no use, or which one is missing
 */
export function checkTogether(given: Given<TrainFlags>, { optimizer, schedule }: Values<TrainFlags>): void {
  const validates = given.validationSplit !== 0;
  const watching = "it watches the validation loss; give a --validation-split";
  const [withMomentum, withNesterov] = [optimizersWith("momentum"), optimizersWith("nesterov")];
  checkUses<TrainFlags>(given, [
    ["momentum", withMomentum.includes(optimizer), `optimizer ${optimizer} has none; ${withMomentum.join(" and ")} do`],
    [
      "nesterov",
      withNesterov.includes(optimizer),
      `optimizer ${optimizer} has none; ${withNesterov.join(" and ")} does`,
    ],
    ["nesterov", (given.momentum ?? 0) > 0, "it needs --momentum greater than 0"],
    ["decaySteps", schedule !== "constant", "it needs --schedule step, exponential or cosine"],
    ["decayRate", ["step", "exponential"].includes(schedule), "it needs --schedule step or exponential"],
    ["earlyStopping", validates, watching],
    ["reduceOnPlateau", validates, watching],
  ]);
  optimizerNamed(optimizer);
}

/**
 * Checks options against the data that there is.
 * @throws StriateError `usage` for a split that the data has a part of its own for, and for what needs a validation without one
 */
export function checkSplits(
  given: Given<TrainFlags>,
  { ownParts, hasPictures, validation }: LabelledData,
  source: string,
): void {
  for (const part of hasPictures ? ownParts : ownParts.filter((each) => each === "test")) {
    const option = `${part}Split` as const;
    if (given[option] === undefined) continue;
    throw new StriateError("usage", `${source} has ${part} pictures of its own; leave out ${optionName(option)}`);
  }
  const hasValidation = validation !== undefined;
  const why = `it watches the validation loss, and ${source} gives no pictures to validate; give a --validation-split`;
  checkUses<TrainFlags>(given, [
    ["earlyStopping", hasValidation, why],
    ["reduceOnPlateau", hasValidation, why],
  ]);
}
