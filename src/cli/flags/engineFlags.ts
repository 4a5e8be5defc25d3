import { MOST_THREADS } from "../../engine/limits.ts";
import { flag } from "./flag.ts";
import { text } from "./names.ts";
import { wholeNumber } from "./numbers.ts";

/** Where to compute. */
export const engineFlags = {
  engine: flag(text("NAME"), "engine to compute on; `striate doctor` lists them", { computed: "the fastest there is" }),
  threads: flag(wholeNumber("N", 1, MOST_THREADS), "threads that compute", { computed: "one for each core" }),
};
