import { evaluate } from "../../../training/index.ts";
import type { Call } from "../../command.ts";
import { dataSource, foreignData } from "../../data/labelledData.ts";
import { defined } from "../../defined.ts";
import { trainedModel } from "../../runs/open.ts";
import { testData } from "../../runs/testData.ts";
import { DONE } from "../../terminal/output.ts";
import { counted } from "../../terminal/quantities.ts";
import type { EvaluateFlags } from "./flags.ts";

/** What an evaluation was on, in words. */
const PARTS = {
  test: "test pictures",
  validation: "validation pictures (the run kept none to test)",
  given: "pictures",
} as const;

/** `striate evaluate`: loss and accuracy on the test pictures, or on all of other data. */
export async function evaluateRun({ args, flags, output, signal }: Call<EvaluateFlags>): Promise<number> {
  const [folder = ""] = args;
  const { config, model, weights } = await trainedModel(folder);
  const { options, classNames } = config;
  const source = flags.data === undefined ? options.data : dataSource(flags.data);
  const { pictures, part } =
    source === options.data
      ? await testData(folder, config)
      : { pictures: await foreignData(source, { ...options, classNames }), part: "given" as const };
  const { engine, threads } = flags;
  const { batchSize } = options;
  const how = { batchSize, signal, ...defined({ engine, threads }) };
  const { loss, count, metrics } = await evaluate(model, pictures, how);
  const { accuracy = Number.NaN } = metrics;
  output.result(
    { loss, accuracy, count, part },
    `${weights}: accuracy ${accuracy.toFixed(4)}, loss ${loss.toFixed(4)} on ${counted(count)} ${PARTS[part]} of ${source}`,
  );
  return DONE;
}
