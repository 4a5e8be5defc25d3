import { flag } from "./flag.ts";
import { wholeNumber, wholeNumbers } from "./numbers.ts";

/** Height and width of pictures where no option gives them. */
export const DEFAULT_SIZE = 64;

/** Height and width: 128, or 96,128. */
export const heightAndWidth = wholeNumbers("H,W", 1, 2);

/** What is decoded. */
export const pictureFlags = {
  maxPixels: flag(wholeNumber("N"), "pixels above which a picture counts as unreadable", { otherwise: "100000000" }),
};
