import { gridOf, type Picture, withData } from "../picture.ts";

/** Stretches each channel to 0..max; a channel of one value stays. As torchvision's and Pillow's `autocontrast`. */
export function autoContrasted(picture: Picture, max: number): Picture {
  return eachChannel(picture, (from, to, step) => {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < from.length; i += step) {
      const x = from[i] ?? 0;
      if (x < least) least = x;
      if (x > most) most = x;
    }
    if (!(most > least)) return;
    const gain = max / (most - least);
    for (let i = 0; i < from.length; i += step) {
      const x = ((from[i] ?? 0) - least) * gain;
      to[i] = x < 0 ? 0 : x > max ? max : x;
    }
  });
}

/** Spreads each channel's 256 grey values so that all come about equally often. As Pillow's `ImageOps.equalize`. */
export function equalized(picture: Picture, max: number): Picture {
  const scale = 255 / max;
  return eachChannel(picture, (from, to, step) => {
    const histogram = new Uint32Array(256);
    for (let i = 0; i < from.length; i += step) {
      const grey = greyLevel(from[i] ?? 0, scale);
      histogram[grey] = (histogram[grey] ?? 0) + 1;
    }
    const table = equalizing(histogram, max);
    if (!table) return;
    for (let i = 0; i < from.length; i += step) to[i] = table[greyLevel(from[i] ?? 0, scale)] ?? 0;
  });
}

/** What each grey value becomes; nothing where there is nothing to spread. */
function equalizing(histogram: Uint32Array, max: number): Float32Array | undefined {
  const counts = histogram.filter((count) => count > 0);
  const step = Math.floor((counts.reduce((sum, count) => sum + count, 0) - (counts.at(-1) ?? 0)) / 255);
  if (step === 0) return undefined;
  let sum = step >> 1;
  return Float32Array.from(histogram, (count) => {
    const grey = Math.min(255, Math.floor(sum / step));
    sum += count;
    return (grey / 255) * max;
  });
}

/** The grey values with so many of their 8 bits, the others 0: Pillow's `ImageOps.posterize`. */
export function posterized(picture: Picture, bits: number, max: number): Picture {
  const scale = 255 / max;
  const mask = 256 - 2 ** (8 - bits);
  const table = Float32Array.from({ length: 256 }, (_, grey) => ((grey & mask) / 255) * max);
  const { data } = picture;
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = table[greyLevel(data[i] ?? 0, scale)] ?? 0;
  return withData(picture, out);
}

/** Values from the threshold on become max - x: torchvision's and Pillow's `solarize`. */
export function solarized(picture: Picture, threshold: number, max: number): Picture {
  const { data } = picture;
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? 0;
    const x = value >= threshold ? max - value : value;
    out[i] = x < 0 ? 0 : x > max ? max : x;
  }
  return withData(picture, out);
}

/**
 * Towards (below 1) or away from (above 1) the picture smoothed by [1 1 1; 1 5 1; 1 1 1] / 13; the outermost pixels stay.
 * As torchvision's `adjust_sharpness`.
 */
export function sharpened(picture: Picture, factor: number, max: number): Picture {
  const { height, channels, rowStride } = gridOf(picture.shape);
  const { data } = picture;
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const x = data[i] ?? 0;
    out[i] = x < 0 ? 0 : x > max ? max : x;
  }
  // The sums of three, above each other, of the columns to the left, here and to the right.
  const columns = new Float64Array(rowStride);
  for (let y = 1; y < height - 1; y++) {
    const row = y * rowStride;
    for (let i = 0; i < rowStride; i++) {
      const here = row + i;
      columns[i] = (data[here - rowStride] ?? 0) + (data[here] ?? 0) + (data[here + rowStride] ?? 0);
    }
    for (let i = channels; i < rowStride - channels; i++) {
      const value = data[row + i] ?? 0;
      const sum = (columns[i - channels] ?? 0) + (columns[i] ?? 0) + (columns[i + channels] ?? 0) + 4 * value;
      const smooth = sum / 13;
      const x = smooth + factor * (value - smooth);
      out[row + i] = x < 0 ? 0 : x > max ? max : x;
    }
  }
  return withData(picture, out);
}

/** The nearest of 0..255. */
function greyLevel(x: number, scale: number): number {
  const grey = x * scale + 0.5;
  return grey < 0 ? 0 : grey > 255 ? 255 : grey | 0;
}

/** A copy in which each channel is written anew, or left: its values lie `step` apart from the beginning on. */
function eachChannel(picture: Picture, change: (from: Float32Array, to: Float32Array, step: number) => void): Picture {
  const { channels } = gridOf(picture.shape);
  const data = picture.data.slice();
  for (let k = 0; k < channels; k++) change(picture.data.subarray(k), data.subarray(k), channels);
  return withData(picture, data);
}
