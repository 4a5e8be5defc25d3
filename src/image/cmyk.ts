import { over255 } from "./alpha.ts";

/**
 * Inks without a profile as colours, [pixels, 4] to [pixels, 3], by Pillow's `convert("RGB")`: white paper, of which black
 * leaves 255 - k, and each ink takes its share of that.
 */
export function coloursOfInks(inks: Uint8Array): Uint8Array<ArrayBuffer> {
  const colours = new Uint8Array((inks.length / 4) * 3);
  for (let from = 0, to = 0; from < inks.length; from += 4, to += 3) {
    const light = 255 - (inks[from + 3] ?? 0);
    for (let c = 0; c < 3; c++) colours[to + c] = light - over255((inks[from + c] ?? 0) * light);
  }
  return colours;
}
