import { join } from "node:path";
import { nameText } from "../../../checks/index.ts";
import {
  type CrossValidatedTransfer,
  type Interval,
  type Measured,
  STRATEGIES,
  type Transferred,
} from "../../../transfer/index.ts";
import { MODEL_FILE } from "../../runFolder/folder.ts";
import { commandText } from "../../terminal/invocation.ts";
import type { Output } from "../../terminal/output.ts";
import { countOf, durationText } from "../../terminal/quantities.ts";
import { accuracyText, type Found, tellLearningCurve, tellSuspicions } from "../../transferring/evidence.ts";
import { confusions } from "./confusions.ts";

/** A run as it ends. */
export interface TransferEnd {
  readonly folder: string;
  readonly made: Transferred;
  readonly folds: CrossValidatedTransfer | undefined;
  readonly found: Found;
  readonly seconds: number;
}

/** Says what was done, on which evidence, and what can be done next. */
export function conclude(output: Output, { folder, made, folds, found, seconds }: TransferEnd): void {
  const { strategy, stage, validation, test, calibration, validationLabels } = made;
  const { temperature, before, after } = calibration;
  const confused = confusions(calibration.probabilities, validationLabels, found.classNames);
  output.event({
    event: "done",
    run: folder,
    strategy,
    stage: stage.name,
    validation: numbersOf(validation),
    ...(test && { test: numbersOf(test) }),
    ...(folds && { folds: folds.folds, accuracy: folds.accuracy }),
    calibration: { temperature, before, after },
    confusions: confused,
    seconds,
  });
  output.tell("");
  output.tell(
    `${strategy}: ${STRATEGIES[strategy].summary}, up to ${nameText(stage.name)}; ${durationText(seconds)} in all`,
  );
  const count = countOf(validationLabels.length, "photo");
  output.tell(`validation accuracy ${textOf(validation.accuracy)}, loss ${validation.loss.toFixed(3)} on ${count}`);
  if (test) output.tell(`test accuracy ${textOf(test.accuracy)}, loss ${test.loss.toFixed(3)}`);
  if (folds) {
    output.tell(`cross-validated in ${folds.folds.length} folds: accuracy ${textOf(folds.accuracy)}`);
  }
  const [worst] = confused;
  if (worst) {
    const { actual, predicted, count, of } = worst;
    output.tell(`most confused: ${nameText(actual)} taken for ${nameText(predicted)}, ${count} of ${of}`);
  }
  output.tell(
    `its probabilities are off by ${percent(before)} in the mean, and by ${percent(after)} after calibration (temperature ${temperature.toFixed(2)})`,
  );
  tellLearningCurve(output, found.advice);
  tellSuspicions(output, found);
  output.tell(`the classifier is in ${join(folder, MODEL_FILE)}. Next:`);
  output.tell(`  ${commandText(`predict ${folder} photo.jpg`)}`);
  output.tell(`  ${commandText(`export ${folder} model.onnx`)}`);
}

function numbersOf({ accuracy: { mean, low, high }, loss }: Measured) {
  return { accuracy: mean, low, high, loss };
}

function textOf({ mean, low, high }: Interval): string {
  return accuracyText({ accuracy: mean, low, high });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
