import { StriateError } from "../errors.ts";
import { type Border, checkBorder, rowReader } from "./border.ts";
import { blankImage, type Image, imageSize } from "./image.ts";

/** Three rows of a picture with one more column on both sides. */
interface RowWindow {
  readonly above: Float32Array;
  readonly here: Float32Array;
  readonly below: Float32Array;
  readonly channels: number;
}

/** Gx's kernel; Gy's is its transpose. */
type GradientKernel =
  /** (side, middle, side) down the columns times (-1, 0, 1) along the rows. */
  | { readonly side: number; readonly middle: number }
  /** Pixel minus its lower right neighbour; Gy is its right neighbour minus the lower one. */
  | "cross";

const OPERATORS = {
  sobel: { side: 1, middle: 2 },
  scharr: { side: 3, middle: 10 },
  prewitt: { side: 1, middle: 1 },
  roberts: "cross",
} as const satisfies Readonly<Record<string, GradientKernel>>;

export type GradientOperator = keyof typeof OPERATORS;

export const GRADIENT_OPERATORS = Object.keys(OPERATORS) as readonly GradientOperator[];

/** How gradients are computed. */
export interface GradientOptions {
  /** Default "sobel". */
  readonly operator?: GradientOperator;
  /** Default "reflect", SciPy's; OpenCV's default is "mirror". */
  readonly border?: Border;
}

/** How strongly a picture becomes brighter to the right (gx) and downwards (gy), float32 [h, w, c]. */
export interface Gradients {
  readonly gx: Image<"float32">;
  readonly gy: Image<"float32">;
}

/**
 * The gradients of a picture, channel by channel, in units of the kernels, which are not scaled: an edge from 0 to 255 has
 * a Sobel gradient of 1020, Scharr 4080, Prewitt 765, Roberts 255. Equal to `scipy.ndimage.sobel` and `prewitt`, and to
 * OpenCV's `Sobel` and `Scharr` with the same border. Of Roberts's cross gx is f(y,x) - f(y+1,x+1) and gy is
 * f(y,x+1) - f(y+1,x): diagonals.
 *
 * @param image [h, w, c], uint8 or float32
 * @throws StriateError `usage` for an unknown operator or border; `shape` where `image` is no picture
 */
export function gradients(image: Image, options: GradientOptions = {}): Gradients {
  const size = imageSize(image);
  const [gx, gy] = [blankImage("float32", size), blankImage("float32", size)];
  const stride = size.width * size.channels;
  eachRow(image, options, (y, rows, kernel) => {
    const [from, to] = [y * stride, (y + 1) * stride];
    gradientRow(rows, kernel, gx.data.subarray(from, to), gy.data.subarray(from, to));
  });
  return { gx, gy };
}

/**
 * Calls `take` with the gradients of each row, from the top; the arrays are used again for the next row.
 * @throws StriateError as `gradients`
 */
export function eachGradientRow(
  image: Image,
  options: GradientOptions,
  take: (y: number, gx: Float32Array, gy: Float32Array) => void,
): void {
  const { width, channels } = imageSize(image);
  const [gx, gy] = [new Float32Array(width * channels), new Float32Array(width * channels)];
  eachRow(image, options, (y, rows, kernel) => {
    gradientRow(rows, kernel, gx, gy);
    take(y, gx, gy);
  });
}

/**
 * sqrt(gx^2 + gy^2) of a picture, channel by channel, without keeping the gradients.
 *
 * @param image [h, w, c], uint8 or float32
 * @returns float32 [h, w, c]
 * @throws StriateError as `gradients`
 */
export function gradientMagnitude(image: Image, options: GradientOptions = {}): Image<"float32"> {
  const size = imageSize(image);
  const magnitude = blankImage("float32", size);
  const stride = size.width * size.channels;
  const [gx, gy] = [new Float32Array(stride), new Float32Array(stride)];
  eachRow(image, options, (y, rows, kernel) => {
    const row = magnitude.data.subarray(y * stride, (y + 1) * stride);
    if (kernel !== "cross") {
      smoothedMagnitude(rows, kernel.side, kernel.middle, row);
      return;
    }
    crossDifferences(rows, gx, gy);
    for (let i = 0; i < row.length; i++) row[i] = Math.sqrt((gx[i] ?? 0) ** 2 + (gy[i] ?? 0) ** 2);
  });
  return magnitude;
}

/**
 * Where a picture becomes brighter fastest: atan2(gy, gx) in radians from -pi to pi, 0 to the right, pi / 2 downwards; 0
 * where there is no gradient.
 *
 * @returns float32 [h, w, c]
 */
export function gradientDirection({ gx, gy }: Gradients): Image<"float32"> {
  const data = new Float32Array(gx.data.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.atan2(gy.data[i] ?? 0, gx.data[i] ?? 0);
  return { dtype: "float32", shape: gx.shape, data };
}

/** Calls `take` with the rows around each row, from the top; the arrays are used again for the next row. */
function eachRow(
  image: Image,
  { operator = "sobel", border = "reflect" }: GradientOptions,
  take: (y: number, rows: RowWindow, kernel: GradientKernel) => void,
): void {
  const { height, width, channels } = imageSize(image);
  checkBorder(border);
  if (!GRADIENT_OPERATORS.includes(operator)) {
    throw new StriateError("usage", `gradient operators are ${GRADIENT_OPERATORS.join(", ")}; got "${operator}"`);
  }
  const kernel = OPERATORS[operator];
  const read = rowReader(image, 1, 1, border);
  const padded = () => new Float32Array((width + 2) * channels);
  let [above, here, below] = [padded(), padded(), padded()];
  read(-1, above);
  read(0, here);
  for (let y = 0; y < height; y++) {
    read(y + 1, below);
    take(y, { above, here, below, channels }, kernel);
    [above, here, below] = [here, below, above];
  }
}

function gradientRow(rows: RowWindow, kernel: GradientKernel, gx: Float32Array, gy: Float32Array): void {
  if (kernel === "cross") crossDifferences(rows, gx, gy);
  else smoothedDifferences(rows, kernel.side, kernel.middle, gx, gy);
}

/**
 * Both kernels are products of a smoothing and a difference, so each column is summed up once for both, and its sums wait
 * in variables until the window has passed: s for smoothed, d for difference.
 */
function smoothedDifferences(
  { above, here, below, channels }: RowWindow,
  side: number,
  middle: number,
  gx: Float32Array,
  gy: Float32Array,
): void {
  for (let c = 0; c < channels; c++) {
    let [s0, s1, d0, d1] = [0, 0, 0, 0];
    for (let next = c; next < above.length; next += channels) {
      const a = above[next] ?? 0;
      const b = below[next] ?? 0;
      const s2 = side * (a + b) + middle * (here[next] ?? 0);
      const d2 = b - a;
      // The first two columns only fill the window.
      const i = next - 2 * channels;
      if (i >= 0) {
        gx[i] = s2 - s0;
        gy[i] = side * (d0 + d2) + middle * d1;
      }
      s0 = s1;
      s1 = s2;
      d0 = d1;
      d1 = d2;
    }
  }
}

/** The same, of which only sqrt(gx^2 + gy^2) is kept. */
function smoothedMagnitude(
  { above, here, below, channels }: RowWindow,
  side: number,
  middle: number,
  magnitude: Float32Array,
): void {
  for (let c = 0; c < channels; c++) {
    let [s0, s1, d0, d1] = [0, 0, 0, 0];
    for (let next = c; next < above.length; next += channels) {
      const a = above[next] ?? 0;
      const b = below[next] ?? 0;
      const s2 = side * (a + b) + middle * (here[next] ?? 0);
      const d2 = b - a;
      const i = next - 2 * channels;
      if (i >= 0) {
        const gx = s2 - s0;
        const gy = side * (d0 + d2) + middle * d1;
        magnitude[i] = Math.sqrt(gx * gx + gy * gy);
      }
      s0 = s1;
      s1 = s2;
      d0 = d1;
      d1 = d2;
    }
  }
}

function crossDifferences({ here, below, channels }: RowWindow, gx: Float32Array, gy: Float32Array): void {
  for (let i = 0; i < gx.length; i++) {
    const left = i + channels;
    const right = left + channels;
    gx[i] = (here[left] ?? 0) - (below[right] ?? 0);
    gy[i] = (here[right] ?? 0) - (below[left] ?? 0);
  }
}
