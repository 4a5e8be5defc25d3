import { StriateError } from "../errors.ts";
import type { Flag } from "./command.ts";
import { wholeNumbers } from "./values.ts";

/** Height and width of pictures when nobody says them. */
export const DEFAULT_SIZE = 64;

/** Nets of the zoo take no larger ones with any sense, and a batch of them has to fit into memory. */
const LARGEST = 2048;

/** `--image-size`: the height and the width that pictures get. */
export function imageSizeFlag(about: string): Flag<readonly number[]> {
  const flag = wholeNumbers("H,W", about, 1, 2);
  return {
    ...flag,
    read: (given, option) => {
      const size = flag.read(given, option);
      const largest = Math.max(...size);
      if (largest <= LARGEST) return size;
      throw new StriateError("usage", `${option} takes sides of at most ${LARGEST} pixels; received ${largest}`);
    },
  };
}
