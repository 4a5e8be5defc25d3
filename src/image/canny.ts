import { checkOptions } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { eachCorrelatedRow } from "./correlateRows.ts";
import { type Image, imageSize } from "./image.ts";
import { kernelWeights } from "./kernel.ts";
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

type Aperture = keyof typeof APERTURES;

// Of a pixel: the first two are 0 when shifted by one.
const NO_EDGE = 0;
const CANDIDATE = 1;
const EDGE = 2;

/**
 * Edges of one pixel by Canny (1986): Sobel gradients, of these the local maxima across the edge, of these the ones above
 * `high` and all above `low` that touch them. Every pixel is as in OpenCV's `Canny`, which blurs nothing: blur first where
 * there is noise. Of a colour picture each pixel's strongest channel counts.
 *
 * @param image [h, w, c]; OpenCV's are uint8
 * @returns uint8 [h, w, 1]: 255 on edges, 0 elsewhere
 * @throws StriateError `usage` for thresholds that are negative or no numbers, or another aperture; `shape` where `image`
 * is no picture
 */
export function canny(image: Image, options: CannyOptions): Image<"uint8"> {
  checkOptions("canny", options, { low: true, high: true, l2Gradient: true, apertureSize: true });
  const { low, high, l2Gradient = false, apertureSize = 3 } = options;
  if (!(low >= 0 && high >= 0)) {
    throw new StriateError("usage", `Canny's thresholds are at least 0; got ${low} and ${high}`);
  }
  if (!Object.hasOwn(APERTURES, apertureSize)) {
    throw new StriateError("usage", `Canny's aperture is ${Object.keys(APERTURES).join(", ")}; got ${apertureSize}`);
  }
  const { height, width } = imageSize(image);
  const unit = unitOf(apertureSize);
  const weak = threshold(Math.min(low, high) / unit, l2Gradient);
  const strong = threshold(Math.max(low, high) / unit, l2Gradient);
  const stride = width + 2;
  // With a pixel that is no edge all around the picture.
  const map = new Uint8Array((height + 2) * stride).fill(NO_EDGE);
  const open: number[] = [];
  eachWindow(image, options, (y, rows) => thinRow(rows, { map, start: (y + 1) * stride + 1, weak, strong, open }));
  followEdges(map, stride, open);
  return { dtype: "uint8", shape: [height, width, 1], data: edgesOf(map, width, height) };
}

/** 255 for edges, 0 for all else. */
function edgesOf(map: Uint8Array, width: number, height: number): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(height * width);
  for (let y = 0, to = 0; y < height; y++) {
    const start = (y + 1) * (width + 2) + 1;
    for (let from = start; from < start + width; from++, to++) data[to] = -((map[from] ?? 0) >> 1);
  }
  return data;
}

/** Thresholds as OpenCV has them: whole numbers, squared where sizes are. */
function threshold(value: number, squared: boolean): number {
  const bounded = squared ? Math.min(32767, value) ** 2 : value;
  return Math.floor(bounded);
}

interface GradientRow {
  readonly gx: Float32Array;
  readonly gy: Float32Array;
  /** [w + 2], 0 at both ends; squared for l2Gradient. */
  readonly size: Float32Array;
}

/** A row, and the sizes above and below it. */
interface Window {
  readonly above: Float32Array;
  readonly here: GradientRow;
  readonly below: Float32Array;
}

/** Calls `take` with each row of gradients and the sizes around it, from the top; the arrays are used again. */
function eachWindow(
  image: Image,
  { l2Gradient = false, apertureSize = 3 }: CannyOptions,
  take: (y: number, rows: Window) => void,
): void {
  const { height, width, channels } = imageSize(image);
  const blank = (): GradientRow => ({
    gx: new Float32Array(width),
    gy: new Float32Array(width),
    size: new Float32Array(width + 2),
  });
  let [above, here, below] = [blank(), blank(), blank()];
  eachSobelRow(image, apertureSize, (y, gx, gy) => {
    takeStrongest(below, gx, gy, channels, l2Gradient);
    if (y > 0) take(y - 1, { above: above.size, here, below: below.size });
    [above, here, below] = [here, below, above];
  });
  below.size.fill(0);
  take(height - 1, { above: above.size, here, below: below.size });
}

/** OpenCV keeps gradients in 16 bits: those of the largest kernels are divided, and so are the thresholds. */
function unitOf(apertureSize: Aperture): number {
  return apertureSize === 7 ? 16 : 1;
}

/** Calls `take` with the gradients of each row, from the top; the arrays are used again for the next row. */
function eachSobelRow(
  image: Image,
  apertureSize: Aperture,
  take: (y: number, gx: Float32Array, gy: Float32Array) => void,
): void {
  const { height, width } = imageSize(image);
  const { smoothing, difference } = APERTURES[apertureSize];
  const kernels = [
    kernelWeights({ vertical: smoothing, horizontal: difference }, false),
    kernelWeights({ vertical: difference, horizontal: smoothing }, false),
  ];
  const before = (apertureSize - 1) / 2;
  const unit = unitOf(apertureSize);
  const pass = { outHeight: height, outWidth: width, top: before, left: before, stride: 1, border: "nearest" } as const;
  eachCorrelatedRow(image, kernels, pass, (y, [gx, gy]) => {
    if (!gx || !gy) return;
    if (unit !== 1)
      for (const row of [gx, gy]) for (let i = 0; i < row.length; i++) row[i] = halfToEven((row[i] ?? 0) / unit);
    take(y, gx, gy);
  });
}

/** Of each pixel the gradient of the channel in which it is largest, the first one where several are. */
function takeStrongest(
  row: GradientRow,
  gx: Float32Array,
  gy: Float32Array,
  channels: number,
  l2Gradient: boolean,
): void {
  if (channels === 1) {
    row.gx.set(gx);
    row.gy.set(gy);
    for (let x = 0; x < gx.length; x++) row.size[x + 1] = sizeOf(gx[x] ?? 0, gy[x] ?? 0, l2Gradient);
    return;
  }
  for (let x = 0, from = 0; x < row.gx.length; x++) {
    let most = -1;
    for (let c = 0; c < channels; c++, from++) {
      const dx = gx[from] ?? 0;
      const dy = gy[from] ?? 0;
      const strength = sizeOf(dx, dy, l2Gradient);
      if (strength <= most) continue;
      most = strength;
      row.gx[x] = dx;
      row.gy[x] = dy;
    }
    row.size[x + 1] = most;
  }
}

function sizeOf(dx: number, dy: number, l2Gradient: boolean): number {
  return l2Gradient ? dx * dx + dy * dy : Math.abs(dx) + Math.abs(dy);
}

/** tan(22.5 degrees) in OpenCV's fixed point of 15 bits. */
const TAN_22 = 13573;

interface Thinning {
  readonly map: Uint8Array;
  /** Where the row begins in the map. */
  readonly start: number;
  readonly weak: number;
  readonly strong: number;
  /** Where edges go on from. */
  readonly open: number[];
}

/** Marks which pixels of a row are edges for sure, or candidates. */
function thinRow({ above, here, below }: Window, { map, start, weak, strong, open }: Thinning): void {
  const { gx, gy, size } = here;
  for (let x = 0; x < gx.length; x++) {
    const strength = size[x + 1] ?? 0;
    if (strength <= weak) continue;
    if (!isPeak(above, size, below, x + 1, gx[x] ?? 0, gy[x] ?? 0)) continue;
    map[start + x] = strength > strong ? EDGE : CANDIDATE;
    if (strength > strong) open.push(start + x);
  }
}

/** Whether a gradient is larger than its neighbours in its own direction, which is rounded to 45 degrees. */
function isPeak(
  above: Float32Array,
  here: Float32Array,
  below: Float32Array,
  i: number,
  dx: number,
  dy: number,
): boolean {
  const strength = here[i] ?? 0;
  const run = Math.abs(dx) * TAN_22;
  const rise = Math.abs(dy) * 2 ** 15;
  if (rise < run) return strength > (here[i - 1] ?? 0) && strength >= (here[i + 1] ?? 0);
  // tan(67.5 degrees) = tan(22.5 degrees) + 2
  if (rise > run + Math.abs(dx) * 2 ** 16) return strength > (above[i] ?? 0) && strength >= (below[i] ?? 0);
  const side = dx < 0 !== dy < 0 ? -1 : 1;
  return strength > (above[i - side] ?? 0) && strength > (below[i + side] ?? 0);
}

/** Makes edges of all candidates that touch one, over any number of candidates between them. */
function followEdges(map: Uint8Array, stride: number, open: number[]): void {
  const around = [-stride - 1, -stride, -stride + 1, -1, 1, stride - 1, stride, stride + 1];
  for (let i = open.pop(); i !== undefined; i = open.pop()) {
    for (let k = 0; k < around.length; k++) {
      const next = i + (around[k] ?? 0);
      if (map[next] !== CANDIDATE) continue;
      map[next] = EDGE;
      open.push(next);
    }
  }
}
