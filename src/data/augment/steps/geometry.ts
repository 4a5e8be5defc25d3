import { checkOptions } from "../../../checks/index.ts";
import { drawTransform } from "../draw.ts";
import { generatorSettings, type ImageDataGeneratorOptions } from "../generatorOptions.ts";
import { gridOf } from "../picture.ts";
import type { Step } from "../step.ts";
import { transformPicture } from "../transform.ts";
import { defineStep, type StepOptions } from "./define.ts";

/** Mirrors the picture: left to right unless `direction` is `vertical`. Probability 0.5 by default. */
export function randomFlip(options: StepOptions & { readonly direction?: "horizontal" | "vertical" } = {}): Step {
  checkOptions("randomFlip", options, { probability: true, direction: true });
  const { direction = "horizontal" } = options;
  const settings = generatorSettings({});
  const parameters = direction === "horizontal" ? { flipHorizontal: true } : { flipVertical: true };
  return defineStep("randomFlip", { probability: 0.5, ...options }, (picture) =>
    transformPicture(picture, parameters, settings),
  );
}

/** The options of `imageDataGenerator` that move a picture. */
export type AffineOptions = Pick<
  ImageDataGeneratorOptions,
  | "rotationRange"
  | "widthShiftRange"
  | "heightShiftRange"
  | "shearRange"
  | "zoomRange"
  | "fillMode"
  | "cval"
  | "interpolationOrder"
>;

/** Turns, shifts, shears and zooms in one resampling, around the picture's centre. */
export function randomAffine(options: StepOptions & AffineOptions = {}): Step {
  checkOptions("randomAffine", options, {
    probability: true,
    rotationRange: true,
    widthShiftRange: true,
    heightShiftRange: true,
    shearRange: true,
    zoomRange: true,
    fillMode: true,
    cval: true,
    interpolationOrder: true,
  });
  const { probability: _, ...ranges } = options;
  const settings = generatorSettings({ pivot: "centre", ...ranges });
  return defineStep("randomAffine", options, (picture, random) =>
    transformPicture(picture, drawTransform(settings, gridOf(picture.shape), random), settings),
  );
}
