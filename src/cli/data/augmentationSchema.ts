import { z } from "zod";
import { FILL_MODES, type StepDescription, type StepName, type StepOptionsOf } from "../../data/index.ts";
import { StriateError } from "../../errors.ts";
import { RESIZE_METHODS } from "../../image/index.ts";

const number = z.number();
const pair = z.tuple([number, number]);
const pixels = z.int().positive();
const size = z.union([pixels, z.tuple([pixels, pixels])]);
const shift = z.union([number, z.array(number)]);
const noise = { probability: number, max: number };

/** What a file may say of each step: every option has a schema, and there are no others. */
const OPTIONS: { readonly [N in StepName]: { readonly [K in keyof StepOptionsOf<N>]: z.ZodType } } = {
  randomFlip: { probability: number, direction: z.enum(["horizontal", "vertical"]) },
  randomAffine: {
    probability: number,
    rotationRange: number,
    widthShiftRange: shift,
    heightShiftRange: shift,
    shearRange: number,
    zoomRange: z.union([number, pair]),
    fillMode: z.enum(FILL_MODES),
    cval: number,
    interpolationOrder: number,
  },
  randomCrop: { probability: number, size, padding: z.int().nonnegative() },
  randomResizedCrop: { probability: number, size, scale: pair, ratio: pair, method: z.enum(RESIZE_METHODS) },
  gaussianNoise: { ...noise, stddev: number },
  speckleNoise: { ...noise, stddev: number },
  saltAndPepper: { ...noise, amount: number, salt: number },
  colorJitter: { ...noise, brightness: number, contrast: number, saturation: number, hue: number },
  cutout: { probability: number, size: number, count: number, fill: number },
  randAugment: {
    ...noise,
    operations: number,
    magnitude: number,
    among: z.array(z.string()),
    interpolationOrder: number,
  },
};

/** @throws StriateError `usage` for an option that a step does not have, or one of another type */
export function checkStepOptions({ name, options }: StepDescription): void {
  if (!Object.hasOwn(OPTIONS, name)) return;
  const read = z
    .strictObject(OPTIONS[name as StepName])
    .partial()
    .safeParse(options);
  if (read.success) return;
  const wrong = read.error.issues.map(({ path, message }) => [...path, message].join(": "));
  throw new StriateError("usage", `${name}: ${wrong.join("; ")}`, { cause: read.error });
}
