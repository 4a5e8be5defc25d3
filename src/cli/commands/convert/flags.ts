import { openFlags } from "../../options/groups.ts";
import { text, wholeNumber } from "../../options/kinds.ts";

export const convertFlags = {
  model: text("NET", "net of the zoo that the weights of IN belong to, where IN is a file of weights alone"),
  ...openFlags,
  classes: wholeNumber("N", "classes of the net of --model"),
};

export type ConvertFlags = typeof convertFlags;
