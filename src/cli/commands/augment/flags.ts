import { flag } from "../../flags/flag.ts";
import { oneOf, text, toggle } from "../../flags/names.ts";
import { anyNumber, numbers, wholeNumber } from "../../flags/numbers.ts";
import { DEFAULT_SIZE, heightAndWidth, pictureFlags } from "../../flags/pictureFlags.ts";

/** What is done to the picture. */
export const changeFlags = {
  rotationRange: flag(anyNumber("40"), "degrees to turn either way"),
  widthShiftRange: flag(
    anyNumber("0.2"),
    "shift sideways: below 1 a fraction of the width, else pixels of --image-size",
  ),
  heightShiftRange: flag(
    anyNumber("0.2"),
    "shift up or down: below 1 a fraction of the height, else pixels of --image-size",
  ),
  shearRange: flag(anyNumber("0.2"), "degrees of shear either way"),
  zoomRange: flag(numbers("0.2", 1, 2), "zoom: z for 1-z to 1+z, or lower,upper"),
  channelShiftRange: flag(anyNumber("20"), "most that is added to all values, which are 0 to 255"),
  brightnessRange: flag(numbers("0.5,1.5", 2), "factor of brightness, lower,upper"),
  horizontalFlip: flag(toggle, "flip one in two left to right"),
  verticalFlip: flag(toggle, "flip one in two upside down"),
  gaussianNoise: flag(anyNumber("0.05"), "standard deviation of noise added to each value, on a scale of 0 to 1"),
  speckleNoise: flag(anyNumber("0.1"), "standard deviation of noise that each value is multiplied by"),
  saltAndPepper: flag(anyNumber("0.02"), "fraction of pixels made white or black"),
  cutout: flag(anyNumber("0.25"), "side of a square that is erased, as a fraction of the picture's"),
  colorJitter: flag(numbers("0.2,0.2,0.2,0.05", 1, 4), "ranges of brightness, contrast, saturation, hue"),
  randAugment: flag(anyNumber("9"), "magnitude, 0 to 30, of two random operations"),
};

export const augmentFlags = {
  out: flag(text("OUT"), "a picture (png, jpg, webp) with all of them, or a folder for a file each", {
    short: "o",
    otherwise: "NAME-augmented.png",
  }),
  count: flag(wholeNumber("N"), "how many", { default: 16 }),
  seed: flag(wholeNumber("N", 0), "seed of what is drawn", { default: 0 }),
  imageSize: flag(heightAndWidth, "size that training gives the picture: 128, or height,width", {
    otherwise: `of a sheet ${DEFAULT_SIZE}, as of train; of files their own`,
  }),
  ...pictureFlags,
  augment: flag(text("NAME"), "what training does: default, strong, or a JSON file of steps", {
    otherwise: "default, where no other change is asked for",
  }),
  ...changeFlags,
  fillMode: flag(oneOf("nearest", "constant", "reflect", "wrap"), "what lies outside the picture", {
    otherwise: "nearest",
  }),
  cval: flag(anyNumber("0"), "value outside, with --fill-mode constant"),
  interpolationOrder: flag(wholeNumber("1", 0), "0 nearest, 1 linear, 2 to 5 splines", { otherwise: "1" }),
};

export type AugmentFlags = typeof augmentFlags;
