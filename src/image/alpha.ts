// Colours multiplied by their alpha, and back, with Pillow's rounding (Convert.c: rgbA2rgba, rgba2rgbA).
import type { Image } from "./image.ts";

/** Colour times alpha / 255, so that transparent pixels have no say in a mean. uint8 [h, w, 4]. */
export function premultiply({ dtype, shape, data }: Image<"uint8">): Image<"uint8"> {
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3] ?? 0;
    for (let c = i; c < i + 3; c++) out[c] = over255((data[c] ?? 0) * alpha);
    out[i + 3] = alpha;
  }
  return { dtype, shape, data: out };
}

/** The reverse of `premultiply`, up to rounding. */
export function unpremultiply({ dtype, shape, data }: Image<"uint8">): Image<"uint8"> {
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3] ?? 0;
    for (let c = i; c < i + 3; c++) {
      const value = data[c] ?? 0;
      out[c] = alpha === 0 || alpha === 255 ? value : Math.min(255, Math.trunc((255 * value) / alpha));
    }
    out[i + 3] = alpha;
  }
  return { dtype, shape, data: out };
}

/** x / 255, rounded, for x up to 255 * 255. */
export function over255(x: number): number {
  const shifted = x + 128;
  return ((shifted >> 8) + shifted) >> 8;
}
