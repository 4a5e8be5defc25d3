import { relative } from "node:path";
import { StriateError } from "../../../errors.ts";
import { writeFileAtomic } from "../../../formats/index.ts";
import { encodeImage } from "../../../image/index.ts";
import { findLearningRate, type LearningRateFound, optimizerNamed } from "../../../training/index.ts";
import { buildNet } from "../../../zoo/index.ts";
import type { Context } from "../../context.ts";
import { BUNDLED, dataSource } from "../../data/dataSource.ts";
import { loadData } from "../../data/labelledData.ts";
import { defined } from "../../defined.ts";
import { DONE } from "../../exitCodes.ts";
import { netOptions } from "../../models/netOptions.ts";
import { openEngine } from "../../openEngine.ts";
import { checkNotOverRead } from "../../results/overwriting.ts";
import { commandText } from "../../terminal/invocation.ts";
import { showProgress } from "../../terminal/progress.ts";
import { drawing } from "./drawing.ts";
import type { LrFindFlags } from "./flags.ts";

/** `striate lr-find`: the learning-rate range test of a net on some data. */
export async function lrFind(context: Context<LrFindFlags>): Promise<number> {
  const { flags, output, signal } = context;
  const {
    model: name,
    optimizer,
    kernelSize,
    filters,
    activation,
    seed,
    batchSize,
    from,
    to,
    steps,
    csv,
    picture,
  } = flags;
  const source = sourceOf(context);
  if (to <= from) throw new StriateError("usage", `--to is greater than --from; received ${to} and ${from}`);
  const data = await loadData(source, flags);
  const files = (data.pictures.train ?? []).map(({ path }) => path);
  await checkNotOverRead(csv === undefined ? [] : [csv], files, "--csv");
  await checkNotOverRead(picture === undefined ? [] : [picture], files, "--picture");
  const { inputShape } = data.train;
  const options = { inputShape, classes: data.classes, seed, ...defined({ kernelSize, filters, activation }) };
  const model = buildNet(name, netOptions(options));
  const engine = await openEngine(context, flags);
  const progress = showProgress(context, { title: "steps", total: steps });
  const settings = { from, to, steps, batchSize, seed, engine, signal, optimizer: optimizerNamed(optimizer)() };
  const found = await findLearningRate(model, data.train, {
    ...settings,
    onStep: (point, done) => progress.update(done, { first: [`loss ${point.smoothed.toFixed(3)}`] }),
  });
  progress.close();
  if (csv !== undefined) await writeFileAtomic(csv, new TextEncoder().encode(csvOf(found)));
  if (picture !== undefined)
    await writeFileAtomic(picture, await encodeImage(await drawing(found, `${name}, ${optimizer}`)));
  const suggestion = rateText(found.suggestion);
  output.result(
    { ...found, ...defined({ csv, picture }) },
    [
      `${found.points.length} steps from ${rateText(from)} to ${rateText(found.points.at(-1)?.rate ?? to)}` +
        `${found.diverged ? ", where the loss diverged" : ""}`,
      `the loss falls fastest at ${rateText(found.steepest)} and is least at ${rateText(found.minimum)}`,
      `suggested: ${suggestion}, the smaller of the former and a tenth of the latter`,
      ...[csv, picture].flatMap((path) => (path === undefined ? [] : [`wrote ${path}`])),
      `  ${commandText(`train ${source} --model ${name} --optimizer ${optimizer} --learning-rate ${suggestion}`)}`,
    ].join("\n"),
  );
  return DONE;
}

function sourceOf({ args, flags, given }: Context<LrFindFlags>): string {
  const [data] = args;
  if (data === undefined) return flags.data ?? BUNDLED;
  if (given.data === undefined) return dataSource.parse(data, "--data");
  throw new StriateError("usage", `the data is ${data} or --data ${relative("", given.data)}; give one`);
}

function csvOf({ points }: LearningRateFound): string {
  const lines = points.map(({ rate, loss, smoothed }) => [rate, loss, smoothed].join(","));
  return ["rate,loss,smoothed", ...lines, ""].join("\n");
}

/** With two digits: 0.00069. */
function rateText(rate: number): string {
  return String(Number(rate.toPrecision(2)));
}
