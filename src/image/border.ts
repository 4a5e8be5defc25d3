import { StriateError } from "../errors.ts";
import { type Image, imageSize } from "./image.ts";

/**
 * What lies outside a picture, for the row `a b c d`:
 *
 * | border | | SciPy's `ndimage` | OpenCV | Keras's `fill_mode` |
 * |---|---|---|---|---|
 * | zero | `0 0 0 \| a b c d \| 0 0 0` | constant | BORDER_CONSTANT | constant |
 * | nearest | `a a a \| a b c d \| d d d` | nearest | BORDER_REPLICATE | nearest |
 * | reflect | `c b a \| a b c d \| d c b` | reflect | BORDER_REFLECT | reflect |
 * | mirror | `d c b \| a b c d \| c b a` | mirror | BORDER_REFLECT_101 | |
 * | wrap | `b c d \| a b c d \| a b c` | wrap | BORDER_WRAP | wrap |
 *
 * PyTorch's and NumPy's "reflect" is `mirror`; NumPy calls `reflect` "symmetric".
 */
export const BORDERS = ["zero", "nearest", "reflect", "mirror", "wrap"] as const;

/** How a filter goes on beyond the border of a picture, by SciPy's names. */
export type Border = (typeof BORDERS)[number];

/** @throws StriateError `usage` for a name that is no border's */
export function checkBorder(border: Border): void {
  if (BORDERS.includes(border)) return;
  throw new StriateError("usage", `borders are ${BORDERS.join(", ")}; got "${border}"`);
}

/** Which of n pixels stands at place i, which may lie outside them; -1 is a zero. */
function borderIndex(i: number, n: number, border: Border): number {
  if (i >= 0 && i < n) return i;
  switch (border) {
    case "zero":
      return -1;
    case "nearest":
      return i < 0 ? 0 : n - 1;
    case "wrap":
      return modulo(i, n);
    case "reflect": {
      const place = modulo(i, 2 * n);
      return place < n ? place : 2 * n - 1 - place;
    }
    case "mirror": {
      const place = modulo(i, Math.max(1, 2 * n - 2));
      return place < n ? place : 2 * n - 2 - place;
    }
  }
}

function modulo(i: number, n: number): number {
  return ((i % n) + n) % n;
}

/** Reads rows of a picture, also those outside it, with columns of the border on both sides. */
type RowReader = (y: number, into: Float32Array | Float64Array) => void;

/**
 * @param before columns to the left of the picture
 * @param after columns to its right
 */
export function rowReader(image: Image, before: number, after: number, border: Border): RowReader {
  const { height, width, channels } = imageSize(image);
  const stride = width * channels;
  // Where the values of the border stand in the row itself, once that lies at its place; -1 is a zero.
  const places: { readonly to: number; readonly from: number }[] = [];
  for (const x of outside(before, after, width)) {
    const source = borderIndex(x, width, border);
    for (let c = 0; c < channels; c++) {
      places.push({ to: (before + x) * channels + c, from: source < 0 ? -1 : (before + source) * channels + c });
    }
  }
  return (y, into) => {
    const row = borderIndex(y, height, border);
    if (row < 0) {
      into.fill(0);
      return;
    }
    into.set(image.data.subarray(row * stride, (row + 1) * stride), before * channels);
    for (const { to, from } of places) into[to] = from < 0 ? 0 : (into[from] ?? 0);
  };
}

function outside(before: number, after: number, width: number): number[] {
  const left = Array.from({ length: before }, (_, i) => i - before);
  return [...left, ...Array.from({ length: after }, (_, i) => width + i)];
}
