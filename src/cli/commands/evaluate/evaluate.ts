import { StriateError } from "../../../errors.ts";
import { evaluate } from "../../../training/index.ts";
import type { Context } from "../../context.ts";
import { foreignData } from "../../data/labelledData.ts";
import { defined } from "../../defined.ts";
import { DONE } from "../../exitCodes.ts";
import { trainedModel } from "../../runFolder/open.ts";
import { preparedFor } from "../../runFolder/preparedFor.ts";
import { dataOptionsOf, testData } from "../../runFolder/testData.ts";
import { counted } from "../../terminal/quantities.ts";
import type { EvaluateFlags } from "./flags.ts";

/** What an evaluation was on, in words. */
const PARTS = {
  test: "test pictures",
  validation: "validation pictures (the run kept none to test)",
  given: "pictures",
} as const;

/** `striate evaluate`: loss and accuracy on the test pictures, or on all of other data. */
export async function evaluateRun({ args, flags, output, signal }: Context<EvaluateFlags>): Promise<number> {
  const [folder = ""] = args;
  const { config, model, weights } = await trainedModel(folder);
  const { options } = config;
  const source = flags.data ?? options.data;
  const { classPattern: _, ...asTrained } = dataOptionsOf(config);
  const { classPattern } = flags;
  if (classPattern !== undefined && flags.data === undefined) {
    throw new StriateError("usage", "--class-pattern is for other data than the run's; give --data as well");
  }
  const { pictures, part } =
    source === options.data && classPattern === undefined
      ? await testData(folder, config)
      : { pictures: await foreignData(source, { ...asTrained, classPattern }), part: "given" as const };
  const { engine, threads } = flags;
  const { batchSize } = options;
  const where = defined({ engine, threads });
  const { loss, count, metrics } = await evaluate(model, preparedFor(model, pictures), { batchSize, signal, ...where });
  const { accuracy = Number.NaN } = metrics;
  output.result(
    { loss, accuracy, count, part },
    `${weights}: accuracy ${accuracy.toFixed(4)}, loss ${loss.toFixed(4)} on ${counted(count)} ${PARTS[part]} of ${source}`,
  );
  return DONE;
}
