import { defineCommand } from "../command.ts";
import { text, wholeNumber } from "../values.ts";
import { pictureFlags } from "./flags.ts";

const dataFlags = {
  sheet: text("OUT.png", "write a sheet with a sample of the pictures of each class"),
  seed: wholeNumber("N", "seed of the sample (default: 0)", 0),
  least: wholeNumber("N", "pictures for training below which a class counts as small (default: 20)"),
  ...pictureFlags,
};

export type DataFlags = typeof dataFlags;

export const dataCommand = defineCommand({
  name: "data",
  about: "Look into a folder of pictures: classes, sizes, unreadable files, duplicates.",
  args: "<folder>",
  flags: dataFlags,
  examples: ["data pictures", "data pictures --sheet sheet.png --json"],
  run: async (call) => (await import("../dataReport.ts")).reportData(call),
});
