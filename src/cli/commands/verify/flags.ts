import { engineFlags } from "../../flags/engineFlags.ts";
import { flag } from "../../flags/flag.ts";
import { text } from "../../flags/names.ts";

export const verifyFlags = {
  samples: flag(text("FILE"), "the samples", { computed: "those beside the file" }),
  ...engineFlags,
};

export type VerifyFlags = typeof verifyFlags;
