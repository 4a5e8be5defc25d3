import { readFile } from "node:fs/promises";
import { z } from "zod";
import { didYouMean, parseJson, pathText, quoted } from "../../checks/index.ts";
import {
  colorJitter,
  cutout,
  randomAffine,
  randomFlip,
  type Step,
  type StepDescription,
  stepOf,
} from "../../data/index.ts";
import { asError, StriateError } from "../../errors.ts";
import { checkStepOptions } from "./augmentationSchema.ts";

/** A few changes that leave nearly every photo what it is. */
function mild(): Step[] {
  return [
    randomFlip(),
    randomAffine({ rotationRange: 10, widthShiftRange: 0.1, heightShiftRange: 0.1, zoomRange: 0.1 }),
  ];
}

/** Changes for few photos, or many epochs. */
function strong(): Step[] {
  return [
    randomFlip(),
    randomAffine({ rotationRange: 25, widthShiftRange: 0.2, heightShiftRange: 0.2, shearRange: 10, zoomRange: 0.2 }),
    colorJitter({ brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.03 }),
    cutout({ probability: 0.5 }),
  ];
}

const PRESETS: Readonly<Record<string, () => readonly Step[]>> = { default: mild, strong, none: () => [] };

export const stepsSchema = z.array(
  z.strictObject({ name: z.string(), options: z.record(z.string(), z.unknown()).default({}) }),
);

/**
 * What `--augment` says: `default`, `strong`, `none`, or a JSON file with a list of steps, each with its name and
 * options: [{ "name": "randomFlip" }, { "name": "colorJitter", "options": { "hue": 0.1 } }].
 * @throws StriateError `usage` for a step that there is not, `io` or `data` for a file that is none
 */
export async function augmentationSteps(given: string): Promise<readonly StepDescription[]> {
  const preset = Object.hasOwn(PRESETS, given) ? PRESETS[given] : undefined;
  if (preset) return preset().flatMap(({ description }) => description ?? []);
  const steps = parsed(given, await text(given));
  for (const step of steps) {
    checkStepOptions(step);
    stepOf(step);
  }
  return steps;
}

async function text(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    const presets = Object.keys(PRESETS);
    const { code, message }: NodeJS.ErrnoException = asError(thrown);
    const reason = code === "ENOENT" ? "there is no such file" : message;
    throw new StriateError(
      "io",
      `--augment takes ${presets.join(", ")}, or a JSON file; ${quoted(path)} cannot be read (${reason})` +
        didYouMean(path, presets),
      { cause: thrown },
    );
  }
}

function parsed(path: string, json: string): readonly StepDescription[] {
  try {
    return stepsSchema.parse(parseJson(json, (what) => new Error(`it ${what}`)));
  } catch (thrown) {
    const reason = thrown instanceof z.ZodError ? z.prettifyError(thrown) : asError(thrown).message;
    throw new StriateError("data", `${pathText(path)}: is no list of augmentation steps: ${reason}`, { cause: thrown });
  }
}
