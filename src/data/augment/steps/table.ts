import { z } from "zod";
import { StriateError } from "../../../errors.ts";
import { RESIZE_METHODS } from "../../../image/index.ts";
import { FILL_MODES } from "../edges.ts";
import type { Step, StepDescription } from "../step.ts";
import { colorJitter } from "./colorJitter.ts";
import { randomCrop, randomResizedCrop } from "./crop.ts";
import { cutout } from "./cutout.ts";
import { randomAffine, randomFlip } from "./geometry.ts";
import { gaussianNoise, saltAndPepper, speckleNoise } from "./noise.ts";
import { randAugment } from "./randAugment.ts";

const number = z.number().exactOptional();
const pair = z.tuple([z.number(), z.number()]);
const pixels = z.int().positive();
const size = z.union([pixels, z.tuple([pixels, pixels])]).exactOptional();
const shift = z.union([z.number(), z.array(z.number())]).exactOptional();
const noise = { probability: number, max: number };

/** Makes a step of plain data, which may come from a file: no option is ignored. */
function fromData<O>(make: (options: O) => Step, schema: z.ZodType<O>) {
  return (name: string, options: unknown): Step => {
    const read = schema.safeParse(options);
    if (read.success) return make(read.data);
    const wrong = read.error.issues.map(({ path, message }) => [...path, message].join(": "));
    throw new StriateError("usage", `${name}: ${wrong.join("; ")}`, { cause: read.error });
  };
}

/** Every step that can be made again from its description. */
const STEPS: Readonly<Record<string, (name: string, options: unknown) => Step>> = {
  randomFlip: fromData(
    randomFlip,
    z.strictObject({ probability: number, direction: z.enum(["horizontal", "vertical"]).exactOptional() }),
  ),
  randomAffine: fromData(
    randomAffine,
    z.strictObject({
      probability: number,
      rotationRange: number,
      widthShiftRange: shift,
      heightShiftRange: shift,
      shearRange: number,
      zoomRange: z.union([z.number(), pair]).exactOptional(),
      fillMode: z.enum(FILL_MODES).exactOptional(),
      cval: number,
      interpolationOrder: number,
    }),
  ),
  randomCrop: fromData(
    randomCrop,
    z.strictObject({ probability: number, size, padding: z.int().nonnegative().exactOptional() }),
  ),
  randomResizedCrop: fromData(
    randomResizedCrop,
    z.strictObject({
      probability: number,
      size,
      scale: pair.exactOptional(),
      ratio: pair.exactOptional(),
      method: z.enum(RESIZE_METHODS).exactOptional(),
    }),
  ),
  gaussianNoise: fromData(gaussianNoise, z.strictObject({ ...noise, stddev: number })),
  speckleNoise: fromData(speckleNoise, z.strictObject({ ...noise, stddev: number })),
  saltAndPepper: fromData(saltAndPepper, z.strictObject({ ...noise, amount: number, salt: number })),
  colorJitter: fromData(
    colorJitter,
    z.strictObject({ ...noise, brightness: number, contrast: number, saturation: number, hue: number }),
  ),
  cutout: fromData(cutout, z.strictObject({ probability: number, size: number, count: number, fill: number })),
  randAugment: fromData(
    randAugment,
    z.strictObject({ ...noise, operations: number, magnitude: number, among: z.array(z.string()).exactOptional() }),
  ),
};

/** @throws StriateError `usage` for a step that there is not, an option that it does not have, or one of another type */
export function stepOf({ name, options }: StepDescription): Step {
  const make = Object.hasOwn(STEPS, name) ? STEPS[name] : undefined;
  if (make) return make(name, options);
  throw new StriateError("usage", `there is no step ${name}; there are ${Object.keys(STEPS).join(", ")}`);
}
