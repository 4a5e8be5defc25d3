import { flag } from "./flag.ts";
import { text } from "./names.ts";
import { wholeNumber, wholeNumbers } from "./numbers.ts";

/** Height and width of pictures where no option gives them. */
export const DEFAULT_SIZE = 64;

/** Height and width: 128, or 96,128. */
export const heightAndWidth = wholeNumbers("H,W", 1, 2);

/** Where the classes are, of pictures that are in one folder. */
export const classFlags = {
  classPattern: flag(text("REGEX"), "what is the class in the names of pictures in one folder, such as '^(cat|dog)'", {
    otherwise: "folders are classes; without folders, what the names begin with",
  }),
};

/** What is decoded. */
export const pictureFlags = {
  maxPixels: flag(wholeNumber("N"), "pixels above which a picture counts as unreadable", { otherwise: "100000000" }),
};
