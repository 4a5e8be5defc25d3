import { pictureFlags } from "../../options/groups.ts";
import { DEFAULT_SIZE, imageSizeFlag } from "../../options/imageSize.ts";
import { number, numbers, oneOf, text, toggle, wholeNumber } from "../../options/kinds.ts";

const any = (value: string, about: string) => number(value, about, "a number", (x) => Number.isFinite(x));

export const augmentFlags = {
  out: {
    ...text(
      "OUT",
      "a picture (png, jpg, webp) with all of them, or a folder for one file each (default: NAME-augmented.png)",
    ),
    short: "o",
  },
  count: wholeNumber("N", "how many (default: 16)"),
  seed: wholeNumber("N", "seed of what is drawn (default: 0)", 0),
  imageSize: imageSizeFlag(
    `size that training gives the picture: 128, or height,width (default: of a sheet ${DEFAULT_SIZE}, as of train; of files their own)`,
  ),
  ...pictureFlags,
  augment: text(
    "NAME",
    "what training does: default, strong, or a JSON file of steps (default where no other change is asked for: default)",
  ),
  rotationRange: any("40", "degrees to turn either way"),
  widthShiftRange: any("0.2", "shift sideways: below 1 a fraction of the width, else pixels of --image-size"),
  heightShiftRange: any("0.2", "shift up or down: below 1 a fraction of the height, else pixels of --image-size"),
  shearRange: any("0.2", "degrees of shear either way"),
  zoomRange: numbers("0.2", "zoom: z for 1-z to 1+z, or lower,upper", 1, 2),
  channelShiftRange: any("20", "the most that is added to all values, which are 0 to 255"),
  brightnessRange: numbers("0.5,1.5", "factor of brightness, lower,upper", 2),
  horizontalFlip: toggle("flip one in two left to right"),
  verticalFlip: toggle("flip one in two upside down"),
  fillMode: oneOf(["nearest", "constant", "reflect", "wrap"], "what lies outside the picture (default: nearest)"),
  cval: any("0", "value outside, with --fill-mode constant"),
  interpolationOrder: wholeNumber("1", "0 nearest, 1 linear (default), 2 to 5 splines", 0),
  gaussianNoise: any("0.05", "deviation of noise added to each value, of values 0 to 1"),
  speckleNoise: any("0.1", "deviation of noise multiplied to each value"),
  saltAndPepper: any("0.02", "fraction of pixels made white or black"),
  cutout: any("0.25", "side of a square put over it, as a fraction"),
  colorJitter: numbers("0.2,0.2,0.2,0.05", "ranges of brightness, contrast, saturation, hue", 1, 4),
  randAugment: any("9", "magnitude (0 to 30) of two random operations"),
};

export type AugmentFlags = typeof augmentFlags;
