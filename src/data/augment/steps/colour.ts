import { gridOf, type Picture, withData } from "../picture.ts";

/** Every value times the factor, cut to 0..max: torchvision's `adjust_brightness`. */
export function brightened(picture: Picture, factor: number, max: number): Picture {
  const { data } = picture;
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const x = factor * (data[i] ?? 0);
    out[i] = x < 0 ? 0 : x > max ? max : x;
  }
  return withData(picture, out);
}

/** Towards or away from the mean grey of the picture, mean + factor (x - mean): torchvision's `adjust_contrast`. */
export function contrasted(picture: Picture, factor: number, max: number): Picture {
  const { data } = picture;
  const rest = (1 - factor) * meanGrey(picture);
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const x = factor * (data[i] ?? 0) + rest;
    out[i] = x < 0 ? 0 : x > max ? max : x;
  }
  return withData(picture, out);
}

/**
 * Towards or away from each pixel's grey, as torchvision's `adjust_saturation`; a picture of one channel stays, and so
 * does a fourth channel.
 */
export function saturated(picture: Picture, factor: number, max: number): Picture {
  const { channels } = gridOf(picture.shape);
  if (channels < 3) return picture;
  const { data } = picture;
  const out = data.slice();
  for (let at = 0; at < data.length; at += channels) {
    const rest = (1 - factor) * greyAt(data, at);
    for (let i = at; i < at + 3; i++) {
      const x = factor * (data[i] ?? 0) + rest;
      out[i] = x < 0 ? 0 : x > max ? max : x;
    }
  }
  return withData(picture, out);
}

/**
 * Turns the hue by a part of the circle, through HSV (Smith 1978), as torchvision's `adjust_hue`; a picture of one
 * channel stays, and so does a fourth channel.
 */
export function hueTurned(picture: Picture, turn: number, max: number): Picture {
  const { channels } = gridOf(picture.shape);
  if (channels < 3) return picture;
  const { data } = picture;
  const out = data.slice();
  // In sixths of the circle, and not negative.
  const sixths = 6 * (turn - Math.floor(turn));
  for (let at = 0; at < data.length; at += channels) {
    const r = data[at] ?? 0;
    const g = data[at + 1] ?? 0;
    const b = data[at + 2] ?? 0;
    const value = Math.max(r, g, b);
    const chroma = value - Math.min(r, g, b);
    if (chroma === 0) continue;
    const own = value === r ? (g - b) / chroma : value === g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma;
    const hue = own + sixths;
    out[at] = channelOf(hue + 5, value, chroma, max);
    out[at + 1] = channelOf(hue + 3, value, chroma, max);
    out[at + 2] = channelOf(hue + 1, value, chroma, max);
  }
  return withData(picture, out);
}

/** A channel's value by its place in sixths of the circle, 0 to 18: red's is the hue + 5, green's + 3, blue's + 1. */
function channelOf(hue: number, value: number, chroma: number, max: number): number {
  const place = hue >= 12 ? hue - 12 : hue >= 6 ? hue - 6 : hue;
  const ramp = place < 1 ? place : place <= 3 ? 1 : place < 4 ? 4 - place : 0;
  const x = value - chroma * ramp;
  return x < 0 ? 0 : x > max ? max : x;
}

/** 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601): Pillow's grey. torchvision writes 0.2989, by which white is not white. */
function greyAt(data: Float32Array, at: number): number {
  return 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
}

/** Of a picture without colours the mean of its first channel. */
function meanGrey({ shape, data }: Picture): number {
  const { channels } = gridOf(shape);
  let sum = 0;
  if (channels < 3) for (let at = 0; at < data.length; at += channels) sum += data[at] ?? 0;
  else for (let at = 0; at < data.length; at += channels) sum += greyAt(data, at);
  return (sum * channels) / data.length;
}
