import { StriateError } from "../errors.ts";
import { correlate } from "./convolve.ts";
import { type Gradients, gradients } from "./gradient.ts";
import { type Image, imageSize } from "./image.ts";
import { halfToEven } from "./round.ts";

/** What `canny` takes. */
export interface CannyOptions {
  /** A strong gradient that is at most this is no edge unless it goes on from one that is above `high`. */
  readonly low: number;
  /** Above this a gradient is an edge for sure. */
  readonly high: number;
  /** The size of a gradient: true for sqrt(gx^2 + gy^2), false (OpenCV's default) for |gx| + |gy|. */
  readonly l2Gradient?: boolean;
  /** Side of the Sobel kernels in pixels, default 3. Larger ones see coarser edges and have larger gradients. */
  readonly apertureSize?: 3 | 5 | 7;
}

/** Along an edge and across it; the kernels are their products. */
const APERTURES = {
  3: { smoothing: [1, 2, 1], difference: [-1, 0, 1] },
  5: { smoothing: [1, 4, 6, 4, 1], difference: [-1, -2, 0, 2, 1] },
  7: { smoothing: [1, 6, 15, 20, 15, 6, 1], difference: [-1, -4, -5, 0, 5, 4, 1] },
} as const;

const [CANDIDATE, NO_EDGE, EDGE] = [0, 1, 2];

/**
 * Edges of one pixel by Canny (1986): Sobel gradients, of these the local maxima across the edge, of these the ones above
 * `high` and all above `low` that touch them. Every pixel is as in OpenCV's `Canny`, which blurs nothing: blur first where
 * there is noise. Of a colour picture each pixel's strongest channel counts.
 *
 * @param image [h, w, c]; OpenCV's are uint8
 * @returns uint8 [h, w, 1]: 255 on edges, 0 elsewhere
 * @throws StriateError `usage` for thresholds that are negative or no numbers, or another aperture; `shape` where `image` is no picture
 */
export function canny(image: Image, options: CannyOptions): Image<"uint8"> {
  const { low, high, l2Gradient = false, apertureSize = 3 } = options;
  if (!(low >= 0 && high >= 0)) {
    throw new StriateError("usage", `Canny's thresholds are at least 0; got ${low} and ${high}`);
  }
  if (!Object.hasOwn(APERTURES, apertureSize)) {
    throw new StriateError("usage", `Canny's aperture is ${Object.keys(APERTURES).join(", ")}; got ${apertureSize}`);
  }
  const { height, width } = imageSize(image);
  const field = strongestGradients(image, l2Gradient, apertureSize);
  const unit = unitOf(apertureSize);
  const weak = threshold(Math.min(low, high) / unit, l2Gradient);
  const strong = threshold(Math.max(low, high) / unit, l2Gradient);
  const map = thinned(field, width, height, weak, strong);
  followEdges(map, width + 2);
  const data = new Uint8Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data[y * width + x] = map[(y + 1) * (width + 2) + x + 1] === EDGE ? 255 : 0;
  }
  return { dtype: "uint8", shape: [height, width, 1], data };
}

/** Thresholds as OpenCV has them: whole numbers, squared where sizes are. */
function threshold(value: number, squared: boolean): number {
  const bounded = squared ? Math.min(32767, value) ** 2 : value;
  return Math.floor(bounded);
}

interface GradientField {
  readonly gx: Float32Array;
  readonly gy: Float32Array;
  /** [h + 2, w + 2], 0 around the picture; squared for l2Gradient. */
  readonly size: Float32Array;
}

/** OpenCV keeps gradients in 16 bits: those of the largest kernels are divided, and so are the thresholds. */
function unitOf(apertureSize: keyof typeof APERTURES): number {
  return apertureSize === 7 ? 16 : 1;
}

function sobel(image: Image, apertureSize: keyof typeof APERTURES): Gradients {
  if (apertureSize === 3) return gradients(image, { operator: "sobel", border: "nearest" });
  const { smoothing, difference } = APERTURES[apertureSize];
  const gx = correlate(image, { vertical: smoothing, horizontal: difference }, { border: "nearest" });
  const gy = correlate(image, { vertical: difference, horizontal: smoothing }, { border: "nearest" });
  const unit = unitOf(apertureSize);
  if (unit === 1) return { gx, gy };
  for (const { data } of [gx, gy]) for (let i = 0; i < data.length; i++) data[i] = halfToEven((data[i] ?? 0) / unit);
  return { gx, gy };
}

function strongestGradients(image: Image, l2Gradient: boolean, apertureSize: keyof typeof APERTURES): GradientField {
  const { height, width, channels } = imageSize(image);
  const all = sobel(image, apertureSize);
  const { gx, gy } =
    channels === 1 ? { gx: all.gx.data, gy: all.gy.data } : strongestChannel(all, channels, l2Gradient);
  const size = new Float32Array((height + 2) * (width + 2));
  let from = 0;
  for (let y = 0; y < height; y++) {
    const to = (y + 1) * (width + 2) + 1;
    for (let x = 0; x < width; x++) {
      const dx = gx[from] ?? 0;
      const dy = gy[from++] ?? 0;
      size[to + x] = l2Gradient ? dx * dx + dy * dy : Math.abs(dx) + Math.abs(dy);
    }
  }
  return { gx, gy, size };
}

/** Of each pixel the gradient of the channel in which it is largest, the first one where several are. */
function strongestChannel({ gx, gy }: Gradients, channels: number, l2Gradient: boolean) {
  const pixels = gx.data.length / channels;
  const strongest = { gx: new Float32Array(pixels), gy: new Float32Array(pixels) };
  for (let i = 0; i < pixels; i++) {
    let most = -1;
    for (let j = i * channels; j < (i + 1) * channels; j++) {
      const dx = gx.data[j] ?? 0;
      const dy = gy.data[j] ?? 0;
      const strength = l2Gradient ? dx * dx + dy * dy : Math.abs(dx) + Math.abs(dy);
      if (strength <= most) continue;
      most = strength;
      strongest.gx[i] = dx;
      strongest.gy[i] = dy;
    }
  }
  return strongest;
}

/** tan(22.5 degrees) in OpenCV's fixed point of 15 bits. */
const TAN_22 = 13573;

/** Which pixels are edges for sure, candidates, or none; [h + 2, w + 2], none around the picture. */
function thinned(
  { gx, gy, size }: GradientField,
  width: number,
  height: number,
  low: number,
  high: number,
): Uint8Array {
  const stride = width + 2;
  const map = new Uint8Array(size.length).fill(NO_EDGE);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = (y + 1) * stride + x + 1;
      const strength = size[i] ?? 0;
      if (strength <= low) continue;
      const dx = gx[y * width + x] ?? 0;
      const dy = gy[y * width + x] ?? 0;
      if (isPeak(size, i, stride, dx, dy)) map[i] = strength > high ? EDGE : CANDIDATE;
    }
  }
  return map;
}

/** Whether a gradient is larger than its neighbours in its own direction, which is rounded to 45 degrees. */
function isPeak(size: Float32Array, i: number, stride: number, dx: number, dy: number): boolean {
  const strength = size[i] ?? 0;
  const run = Math.abs(dx) * TAN_22;
  const rise = Math.abs(dy) * 2 ** 15;
  if (rise < run) return strength > (size[i - 1] ?? 0) && strength >= (size[i + 1] ?? 0);
  // tan(67.5 degrees) = tan(22.5 degrees) + 2
  if (rise > run + Math.abs(dx) * 2 ** 16) {
    return strength > (size[i - stride] ?? 0) && strength >= (size[i + stride] ?? 0);
  }
  const side = dx < 0 !== dy < 0 ? -1 : 1;
  return strength > (size[i - stride - side] ?? 0) && strength > (size[i + stride + side] ?? 0);
}

/** Makes edges of all candidates that touch one, over any number of candidates between them. */
function followEdges(map: Uint8Array, stride: number): void {
  const open: number[] = [];
  for (let i = 0; i < map.length; i++) if (map[i] === EDGE) open.push(i);
  const around = [-stride - 1, -stride, -stride + 1, -1, 1, stride - 1, stride, stride + 1];
  for (let i = open.pop(); i !== undefined; i = open.pop()) {
    for (const step of around) {
      if (map[i + step] !== CANDIDATE) continue;
      map[i + step] = EDGE;
      open.push(i + step);
    }
  }
}
