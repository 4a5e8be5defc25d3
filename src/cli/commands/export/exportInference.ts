import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { StriateError } from "../../../errors.ts";
import { saveOnnx, whyNotInside, writeFileAtomic } from "../../../formats/index.ts";
import { type Model, preprocessingOfBytes } from "../../../model/index.ts";
import type { Context } from "../../context.ts";
import { defined } from "../../defined.ts";
import { DONE } from "../../exitCodes.ts";
import type { Values } from "../../flags/flag.ts";
import { openEngine } from "../../openEngine.ts";
import { checkNotOverRead } from "../../results/overwriting.ts";
import { checkSamples } from "../../samples/checkSamples.ts";
import { type Samples, samplesPathOf, sha256Of, writeSamples } from "../../samples/samplesFile.ts";
import { counted, countOf } from "../../terminal/quantities.ts";
import type { ExportFlags } from "./flags.ts";
import { makeSamples } from "./samples.ts";

/**
 * By how much an output may differ from the model's own, relative to the largest output. In the graph a few pixels of a resized
 * picture are rounded to the next of 255 values; without, there is nothing but float32's rounding.
 */
const TOLERANCE = { inside: 0.02, outside: 0.001 } as const;

/** A model for inference as an ONNX file; beside it its class names, and samples with what is expected of them. */
export async function exportInference(context: Context<ExportFlags>, model: Model): Promise<number> {
  const { args, flags, output } = context;
  const [what = "", path = ""] = args;
  const inside = isInside(what, model, flags);
  const labelsPath = join(dirname(path), "labels.json");
  const samplesPath = samplesPathOf(path);
  await checkNotOverRead([labelsPath, samplesPath], [what, flags.samples ?? what], "what is beside the ONNX file,");
  await saveOnnx(model, path, defined({ batchSize: flags.batch, pictures: inside ? flags.input : undefined }));
  const classNames = model.pictures?.classNames;
  if (classNames) {
    await writeFileAtomic(labelsPath, new TextEncoder().encode(`${JSON.stringify(classNames, null, 2)}\n`));
  }
  const written = await withSamples(context, model, { inside, samplesPath });
  const size = flags.batch === undefined ? "any batch" : `batches of ${flags.batch}`;
  const names = { inputs: model.inputNames, outputs: model.outputNames };
  const preprocessing = model.pictures?.preprocessing;
  output.result(
    {
      file: path,
      parameters: model.parameters,
      batch: flags.batch ?? null,
      ...names,
      preprocessing: preprocessing ? (inside ? "inside" : "outside") : null,
      labels: classNames ? labelsPath : null,
      samples: typeof written === "string" ? null : { file: samplesPath, ...written },
    },
    [
      `${path}: ${model.name} for inference, ${size}; ${counted(model.parameters)} parameters; ` +
        `inputs ${names.inputs.join(", ")}, outputs ${names.outputs.join(", ")}`,
      ...(inside && preprocessing
        ? [
            `takes pictures [batch, height, width, ${preprocessing.mean.length}], ` +
              `${preprocessingOfBytes(preprocessing).channels}, ${flags.input} from 0 to 255, of any height and width; it fits ` +
              `(${preprocessing.fit ?? "stretch"}), resizes and normalizes them itself`,
          ]
        : []),
      ...(!inside && preprocessing
        ? [
            `takes float32[batch,${model.inputShape.join(",")}]; how pictures are prepared is in its metadata, ` +
              "striate.pictures",
          ]
        : []),
      ...(classNames
        ? [`${labelsPath}: the ${countOf(classNames.length, "class name")}, in the order of the outputs`]
        : []),
      ...(typeof written === "string"
        ? preprocessing
          ? [`no samples to verify it by: ${written}`]
          : []
        : [
            `${samplesPath}: ${countOf(written.count, "sample")} with the expected outputs, from which the file differs by ` +
              `${Number(written.largestDifference.toPrecision(2))} at most; striate verify ${path} checks them`,
          ]),
    ].join("\n"),
  );
  return DONE;
}

/** Whether the file prepares its pictures itself: where the model knows how, unless it should not. */
function isInside(what: string, model: Model, flags: Values<ExportFlags>): boolean {
  if (flags.withPreprocessing && flags.withoutPreprocessing) {
    throw new StriateError("usage", "give one of --with-preprocessing and --without-preprocessing");
  }
  if (flags.withoutPreprocessing) return false;
  const why = whyNotInside(model);
  if (why === undefined) return true;
  if (!flags.withPreprocessing) return false;
  throw new StriateError("usage", `the preprocessing cannot be in the file: ${what} ${why}`);
}

/** @returns how many, and how far the file is from what is expected; or why there are none */
async function withSamples(
  context: Context<ExportFlags>,
  model: Model,
  { inside, samplesPath }: { readonly inside: boolean; readonly samplesPath: string },
): Promise<{ readonly count: number; readonly largestDifference: number } | string> {
  const [what = "", path = ""] = context.args;
  const { samples: from } = context.flags;
  const preprocessing = model.pictures?.preprocessing;
  if (!preprocessing) {
    if (from === undefined) return "it does not know how its pictures are prepared";
    throw new StriateError(
      "usage",
      `--samples is for models that know how their pictures are prepared; ${what} does not`,
    );
  }
  const engine = await openEngine(context, {});
  const made = await makeSamples(what, from, { model, preprocessing, inside }, engine).catch((thrown: unknown) => {
    if (from === undefined && thrown instanceof StriateError && thrown.code !== "internal") return thrown.message;
    throw thrown;
  });
  if (typeof made === "string") return `${made}; name some pictures by --samples`;
  const greatest = Math.max(...made.flatMap(({ output }) => [...output.data].map(Math.abs)));
  const tolerance = TOLERANCE[inside ? "inside" : "outside"] * Math.max(1, greatest);
  const samples: Samples = { samples: made, tolerance, sha256: sha256Of(await readFile(path)) };
  await writeSamples(samplesPath, samples);
  let largestDifference = 0;
  for await (const { difference } of checkSamples(path, samples, engine).results()) {
    largestDifference = difference <= largestDifference ? largestDifference : difference;
  }
  return { count: made.length, largestDifference };
}
