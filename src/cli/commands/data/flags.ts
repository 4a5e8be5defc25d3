import { pictureFlags } from "../../options/groups.ts";
import { text, wholeNumber } from "../../options/kinds.ts";

export const dataFlags = {
  sheet: text("OUT.png", "write a sheet with a sample of the pictures of each class"),
  seed: wholeNumber("N", "seed of the sample (default: 0)", 0),
  least: wholeNumber("N", "pictures for training below which a class counts as small (default: 20)"),
  ...pictureFlags,
};

export type DataFlags = typeof dataFlags;
