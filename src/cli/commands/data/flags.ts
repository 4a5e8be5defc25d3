import { flag } from "../../flags/flag.ts";
import { text } from "../../flags/names.ts";
import { wholeNumber } from "../../flags/numbers.ts";
import { classFlags, pictureFlags } from "../../flags/pictureFlags.ts";

export const dataFlags = {
  sheet: flag(text("OUT.png"), "write a sheet with a sample of the pictures of each class"),
  seed: flag(wholeNumber("N", 0), "seed of the sample", { default: 0 }),
  least: flag(wholeNumber("N"), "training pictures below which a class counts as small", { default: 20 }),
  ...classFlags,
  ...pictureFlags,
};

export type DataFlags = typeof dataFlags;
