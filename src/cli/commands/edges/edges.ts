import { dirname } from "node:path";
import { StriateError } from "../../../errors.ts";
import { writeFileAtomic } from "../../../formats/index.ts";
import { decodeImage, encodeImage, type Image, imageSize } from "../../../image/index.ts";
import { type Call, optionName, type Values } from "../../command.ts";
import { findInputs, withoutRepeats } from "../../data/pictureFiles.ts";
import { defined } from "../../defined.ts";
import { makeFolder } from "../../results/outputFolder.ts";
import { DONE, type Output } from "../../terminal/output.ts";
import { progressBar, usage } from "../../terminal/progressBar.ts";
import { counted } from "../../terminal/quantities.ts";
import { type Drawing, draw } from "./drawing.ts";
import type { EdgesFlags } from "./flags.ts";
import { readKernel } from "./kernelFile.ts";
import { type Target, targetsOf } from "./targets.ts";

/** `striate edges`: a bad picture among many is told and left out, and the exit code says so. */
export async function drawEdges({ args, flags, output, signal }: Call<EdgesFlags>): Promise<number> {
  checkFlags(flags, output);
  const targets = await targetsOf(withoutRepeats(await findInputs(args)), flags.out);
  const kernel = flags.kernel === undefined ? undefined : await readKernel(flags.kernel);
  const drawing: Drawing = kernel ? { flags, kernel } : { flags };
  if (targets.length === 1) {
    for (const target of targets) await drawOne(target, drawing, output);
    return DONE;
  }
  return drawMany(targets, drawing, output, signal);
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

async function drawMany(
  targets: readonly Target[],
  drawing: Drawing,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const bar = process.stderr.isTTY && !output.json ? progressBar("edges", targets.length, []) : undefined;
  const begin = performance.now();
  // The lines of the results would run into the bar.
  const quiet: Output = bar ? { ...output, result: () => undefined } : output;
  const failures: Error[] = [];
  try {
    for (const [done, target] of targets.entries()) {
      if (signal.aborted) throw new StriateError("interrupted", `stopped after ${done} of ${targets.length} pictures`);
      const gone = (performance.now() - begin) / 1000;
      const left = done === 0 ? undefined : (gone / done) * (targets.length - done);
      bar?.update(done, [...usage(gone, left), target.input.name]);
      const image = await drawn(target, drawing);
      if (image instanceof StriateError) failures.push(image);
      else await write(target, image, quiet);
    }
  } finally {
    bar?.close();
  }
  for (const failure of failures) output.say(`striate: ${failure.message}`);
  const good = targets.length - failures.length;
  if (failures.length === 0) {
    output.say(`${counted(good)} pictures`);
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
function checkFlags(flags: Values<EdgesFlags>, output: Output): void {
  if (flags.out === "-" && output.json) throw new StriateError("usage", "--json and -o - both want standard output");
  if (flags.out === "-" && process.stdout.isTTY) {
    throw new StriateError(
      "usage",
      "-o - writes a PNG, and standard output is a terminal; send it to a file or a pipe",
    );
  }
  const alone = (["gx", "gy", "direction", "grid"] as const).filter((key) => flags[key]);
  if (alone.length > 1) throw new StriateError("usage", `give one of ${alone.map(optionName).join(", ")}`);
  const { operator = "sobel", kernel } = flags;
  const directionless = kernel !== undefined || ["laplacian", "log", "canny"].includes(operator);
  const views = (["gx", "gy", "direction"] as const).filter((key) => flags[key]);
  const rules: readonly (readonly [broken: boolean, option: keyof EdgesFlags, why: string])[] = [
    [kernel !== undefined && flags.operator !== undefined, "operator", "--kernel takes its place"],
    [directionless && views.length > 0, views[0] ?? "gx", "only sobel, scharr, prewitt and roberts have a direction"],
    [operator !== "canny" && flags.low !== undefined, "low", "it is a threshold of --operator canny"],
    [operator !== "canny" && flags.high !== undefined, "high", "it is a threshold of --operator canny"],
    [flags.noise === undefined && flags.seed !== undefined, "seed", "it needs --noise"],
  ];
  const rule = rules.find(([broken]) => broken);
  if (rule) throw new StriateError("usage", `${optionName(rule[1])} has no use here: ${rule[2]}`);
}
