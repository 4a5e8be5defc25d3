import { dataSource } from "../data/dataSource.ts";
import { flag } from "./flag.ts";
import { oneOf, text } from "./names.ts";
import { fraction, wholeNumber } from "./numbers.ts";
import { classFlags, DEFAULT_SIZE, heightAndWidth, pictureFlags } from "./pictureFlags.ts";

/** A process with more gets nothing done. */
const MOST_WORKERS = 256;

/** What to learn from, how it is read, and what of it is kept to measure on. */
export const dataFlags = {
  data: flag(
    dataSource,
    "fashion-mnist, a sample that is included; a folder of IDX files; or a folder with a folder of pictures for each class",
    { computed: "fashion-mnist" },
  ),
  ...classFlags,
  imageSize: flag(heightAndWidth, "height and width to which pictures in folders are resized: 128, or height,width", {
    otherwise: String(DEFAULT_SIZE),
  }),
  augment: flag(text("NAME|FILE"), "default, strong, none, or a JSON file of steps", {
    otherwise: "default for pictures in folders",
  }),
  workers: flag(wholeNumber("N", 0, MOST_WORKERS), "threads that read pictures in folders; 0 for none", {
    otherwise: "one for each core",
    record: false,
  }),
  onError: flag(
    oneOf("skip", "fail"),
    "what to do about a picture that cannot be read: leave it out and report it at the end, or stop",
    { otherwise: "skip" },
  ),
  ...pictureFlags,
  classes: flag(wholeNumber("N"), "classes of IDX files", { computed: "10" }),
  validationSplit: flag(fraction("F"), "fraction of the training pictures kept to validate; 0 for none", {
    default: 0.1,
  }),
  testSplit: flag(
    fraction("F"),
    "fraction of the pictures in folders kept to test, where there is no folder test; 0 for none",
    { default: 0.1, absentInOlderRuns: true },
  ),
};
