import { dirname } from "node:path";
import { StriateError } from "../../../errors.ts";
import { writeFileAtomic } from "../../../formats/index.ts";
import { decodeImage, encodeImage, type Image, imageSize } from "../../../image/index.ts";
import type { Context } from "../../context.ts";
import { findInputs, withoutRepeats } from "../../data/pictureFiles.ts";
import { defined } from "../../defined.ts";
import { DONE } from "../../exitCodes.ts";
import { optionName } from "../../flags/flag.ts";
import { checkUses } from "../../flags/useRules.ts";
import { makeFolder } from "../../results/outputFolder.ts";
import type { Output } from "../../terminal/output.ts";
import { showProgress } from "../../terminal/progress.ts";
import { countOf } from "../../terminal/quantities.ts";
import { type Drawing, draw } from "./drawing.ts";
import type { EdgesFlags } from "./flags.ts";
import { readKernel } from "./kernelFile.ts";
import { type Target, targetsOf } from "./targets.ts";

/** `striate edges`: a bad picture among many is told and left out, and the exit code says so. */
export async function drawEdges(context: Context<EdgesFlags>): Promise<number> {
  const { args, flags, output } = context;
  checkFlags(context);
  const targets = await targetsOf(withoutRepeats(await findInputs(args)), flags.out);
  const kernel = flags.kernel === undefined ? undefined : await readKernel(flags.kernel);
  const drawing: Drawing = kernel ? { flags, kernel } : { flags };
  if (targets.length === 1) {
    for (const target of targets) await drawOne(target, drawing, output);
    return DONE;
  }
  return drawMany(targets, drawing, context);
}

function limitOf({ flags: { maxPixels } }: Drawing) {
  return defined({ maxPixels });
}

async function drawOne(target: Target, drawing: Drawing, output: Output): Promise<void> {
  await write(target, await draw(await decodeImage(target.input.path, limitOf(drawing)), drawing), output);
}

async function write({ input, out, format }: Target, image: Image<"uint8">, output: Output): Promise<void> {
  const bytes = await encodeImage(image, { format });
  const { height, width } = imageSize(image);
  if (out === "-") {
    await new Promise((written) => process.stdout.write(bytes, written));
    return;
  }
  await makeFolder(dirname(out));
  await writeFileAtomic(out, bytes);
  output.result({ input: input.path, output: out, width, height }, `${out}: ${width} x ${height}, from ${input.path}`);
}

async function drawMany(targets: readonly Target[], drawing: Drawing, context: Context<EdgesFlags>): Promise<number> {
  const { output, checkInterrupted } = context;
  const progress = showProgress(context, { title: "edges", total: targets.length });
  const failures: Error[] = [];
  for (const [done, target] of targets.entries()) {
    checkInterrupted("the drawing", `${done} of ${countOf(targets.length, "picture")}`);
    progress.update(done, { last: [target.input.name] });
    const image = await drawn(target, drawing);
    if (image instanceof StriateError) failures.push(image);
    else await write(target, image, output);
  }
  progress.close();
  for (const failure of failures) output.say(`striate: ${failure.message}`);
  const good = targets.length - failures.length;
  if (failures.length === 0) {
    output.say(countOf(good, "picture"));
    return DONE;
  }
  throw new StriateError(
    "data",
    `${failures.length} of ${targets.length} pictures could not be read; ${good} are done`,
  );
}

/** The picture, or why there is none: one file that is damaged or cannot be read does not stop the others. */
async function drawn({ input }: Target, drawing: Drawing): Promise<Image<"uint8"> | StriateError> {
  try {
    return await draw(await decodeImage(input.path, limitOf(drawing)), drawing);
  } catch (thrown) {
    if (thrown instanceof StriateError && (thrown.code === "data" || thrown.code === "io")) return thrown;
    throw thrown;
  }
}

/** Options of which only one makes sense, and those that need another. */
function checkFlags({ flags, given, output }: Context<EdgesFlags>): void {
  if (flags.out === "-" && output.json)
    throw new StriateError("usage", "--json and -o - both write to standard output");
  if (flags.out === "-" && process.stdout.isTTY) {
    throw new StriateError(
      "usage",
      "-o - writes a PNG, and standard output is a terminal; send it to a file or a pipe",
    );
  }
  const alone = (["gx", "gy", "direction", "grid"] as const).filter((key) => flags[key]);
  if (alone.length > 1) throw new StriateError("usage", `give one of ${alone.map(optionName).join(", ")}`);
  const { operator, kernel } = flags;
  const hasDirection = kernel === undefined && !["laplacian", "log", "canny"].includes(operator);
  const needsDirection = "only sobel, scharr, prewitt and roberts have a direction";
  const isThreshold = "it is a threshold of --operator canny";
  checkUses<EdgesFlags>(given, [
    ["operator", kernel === undefined, "--kernel takes its place"],
    ["gx", hasDirection, needsDirection],
    ["gy", hasDirection, needsDirection],
    ["direction", hasDirection, needsDirection],
    ["low", operator === "canny", isThreshold],
    ["high", operator === "canny", isThreshold],
    ["seed", flags.noise !== undefined, "it needs --noise"],
  ]);
}
