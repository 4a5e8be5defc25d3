import { StriateError } from "../../../errors.ts";
import { largestBatchNormMomentum, momentumForSteps } from "../../../model/index.ts";
import type { TrainingConfig } from "../../runFolder/config.ts";
import { buildModel } from "../../runFolder/open.ts";
import type { Output } from "../../terminal/output.ts";
import { counted } from "../../terminal/quantities.ts";

/**
 * The configuration of a new run with a momentum of batch normalization that fits its steps: published nets have one for
 * hundreds of thousands of them, and with it the averages that validation uses are in a short run still near their start.
 * @throws StriateError `usage` when one was given, and the net has no batch normalization
 */
export function withMomentum(config: TrainingConfig, examples: number, output: Output): TrainingConfig {
  const { batchNormMomentum: given, epochs, batchSize, model } = config.options;
  const { batchNormMomentum: _, ...options } = config.options;
  const momentumOfNet = largestBatchNormMomentum(buildModel({ ...config, options }));
  if (given !== undefined) {
    if (momentumOfNet !== undefined) return config;
    throw new StriateError("usage", `--batch-norm-momentum has no use here: ${model} has no batch normalization`);
  }
  const steps = epochs * Math.ceil(examples / Math.min(batchSize, examples));
  const momentum = Number(momentumForSteps(steps).toFixed(4));
  if (momentumOfNet === undefined || momentumOfNet <= momentum) return config;
  output.say(
    `batch normalization's momentum is at most ${momentum}, since this run has ${counted(steps)} steps; the net's own is ` +
      `${momentumOfNet}, and --batch-norm-momentum gives another`,
  );
  return { ...config, options: { ...config.options, batchNormMomentum: momentum } };
}
