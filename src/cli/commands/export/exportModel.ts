import { extname } from "node:path";
import { nearest, quoted } from "../../../checks/index.ts";
import { StriateError } from "../../../errors.ts";
import { optimizerNamed, saveTrainingStep } from "../../../training/index.ts";
import { optimizersWith } from "../../../training/optimizers/names.ts";
import type { Context } from "../../context.ts";
import { defined } from "../../defined.ts";
import { DONE } from "../../exitCodes.ts";
import { optionName, type Values } from "../../flags/flag.ts";
import { anyModel, type ModelFlags } from "../../models/anyModel.ts";
import { checkNotOverRead } from "../../results/overwriting.ts";
import { type ExportFlags, pictureInputFlags, stepFlags } from "./flags.ts";

/** `striate export`: an ONNX file for inference, or of a training step. */
export async function exportModel(context: Context<ExportFlags>): Promise<number> {
  const { args, flags, given, output } = context;
  const [what = "", path = ""] = args;
  const { batch, trainingStep, loss } = flags;
  const useless = Object.keys(trainingStep ? pictureInputFlags : stepFlags).find((name) => Object.hasOwn(given, name));
  if (useless && trainingStep) {
    throw new StriateError(
      "usage",
      `${optionName(useless)} is for a file for inference; leave it or --training-step out`,
    );
  }
  if (useless) throw new StriateError("usage", `${optionName(useless)} is for a training step; add --training-step`);
  if (flags.withoutPreprocessing && given.input) {
    throw new StriateError(
      "usage",
      "--input is for a file that prepares its pictures; leave it or --without-preprocessing out",
    );
  }
  checkEnding(path);
  await checkNotOverRead([path], [what], "the ONNX file");
  const model = await anyModel(what, netOf(flags), { trained: true });
  if (!trainingStep) return (await import("./exportInference.ts")).exportInference(context, model);
  const statesPath = `${path.replace(/\.onnx$/i, "")}.states.safetensors`;
  const { inputs, random, states, next, outputs } = await saveTrainingStep(model, path, statesPath, {
    optimizer: optimizerOf(flags),
    loss,
    ...defined({ batchSize: batch }),
  });
  const draws = random.map(({ name, distribution }) => `${name} (${distribution} random numbers)`);
  output.result(
    { file: path, states: statesPath, inputs, random, next, outputs },
    [
      `${path}: a training step of ${model.name}, batches of ${batch ?? 32}`,
      `feed at every step: ${inputs.join(", ")}${draws.length > 0 ? `; of these ${draws.join(", ")}` : ""}`,
      `feed at the first step: the ${Object.keys(states).length} states in ${statesPath}`,
      "feed at each later step: in place of each state NAME the output NAME.next of the step before",
      `read: ${outputs.join(", ")}`,
    ].join("\n"),
  );
  return DONE;
}

/** The options that are for the model alone. */
function netOf(flags: Values<ExportFlags>): ModelFlags {
  const { inputShape, kernelSize, filters, activation, classes, maxBytes, bind } = flags;
  return defined({ inputShape, kernelSize, filters, activation, classes, maxBytes, bind });
}

/** What is written is ONNX, whatever it is called; a name that says something else would mislead whoever opens it. */
function checkEnding(path: string): void {
  const ending = extname(path);
  if (ending.toLowerCase() === ".onnx") return;
  const meant = nearest(ending, [".onnx"]);
  const stem = ending === "" ? path : path.slice(0, -ending.length);
  const advice = meant
    ? `; did you mean ${quoted(`${stem}.onnx`)}?`
    : `; give ${quoted(`${stem}.onnx`)}, or for other formats take striate convert`;
  throw new StriateError("usage", `export writes ONNX files, and ${quoted(path)} is not named as one${advice}`);
}

function optimizerOf({ optimizer, momentum }: Values<ExportFlags>) {
  const make = optimizerNamed(optimizer);
  if (momentum === undefined) return make();
  const able = optimizersWith("momentum");
  if (able.includes(optimizer)) return make({ momentum });
  throw new StriateError("usage", `--momentum is for ${able.join(" and ")}; the optimizer is ${optimizer}`);
}
