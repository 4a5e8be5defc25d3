import type { Flag } from "../command.ts";
import { wholeNumbers } from "./kinds.ts";

/** Height and width of pictures when nobody says them. */
export const DEFAULT_SIZE = 64;

/** `--image-size`: the height and the width that pictures get. */
export function imageSizeFlag(about: string): Flag<readonly number[]> {
  return wholeNumbers("H,W", about, 1, 2);
}
