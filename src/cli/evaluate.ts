import { evaluate } from "../training/index.ts";
import type { Call } from "./command.ts";
import type { EvaluateFlags } from "./commands/evaluate.ts";
import { dataSource, loadData } from "./data.ts";
import { DONE } from "./output.ts";
import { trainedModel } from "./run/open.ts";
import { defined } from "./values.ts";
import { counted } from "./words.ts";

/** `striate evaluate`: loss and accuracy on the test pictures. */
export async function evaluateRun({ args, flags, output, signal }: Call<EvaluateFlags>): Promise<number> {
  const [folder = ""] = args;
  const { config, model, weights } = await trainedModel(folder);
  const source = flags.data === undefined ? config.options.data : dataSource(flags.data);
  const { test } = await loadData(source, { ...config.options, classNames: config.classNames });
  const { engine, threads } = flags;
  const { batchSize } = config.options;
  const { loss, count, metrics } = await evaluate(model, test, { batchSize, signal, ...defined({ engine, threads }) });
  const { accuracy = Number.NaN } = metrics;
  output.result(
    { loss, accuracy, count },
    `${weights}: accuracy ${accuracy.toFixed(4)}, loss ${loss.toFixed(4)} on ${counted(count)} pictures of ${source}`,
  );
  return DONE;
}
