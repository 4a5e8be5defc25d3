import { MOST_THREADS } from "../../engine/limits.ts";
import { flag } from "./flag.ts";
import { text } from "./names.ts";
import { wholeNumber } from "./numbers.ts";

/** Where to compute. */
export const engineFlags = {
  engine: flag(text("NAME"), "engine to compute with; `striate doctor` lists them", {
    computed: "the fastest available",
  }),
  threads: flag(wholeNumber("N", 1, MOST_THREADS), "threads to compute with", { computed: "one for each core" }),
};
