import { modelFileFlags } from "../../flags/fileFlags.ts";
import { flag } from "../../flags/flag.ts";
import { text } from "../../flags/names.ts";
import { wholeNumber } from "../../flags/numbers.ts";

export const convertFlags = {
  model: flag(text("NET"), "net of the zoo that the weights of IN belong to, where IN is a file of weights alone"),
  ...modelFileFlags,
  classes: flag(wholeNumber("N"), "classes of the net of --model"),
};

export type ConvertFlags = typeof convertFlags;
