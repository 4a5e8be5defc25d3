import { checkOptions } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { Kernels } from "../simd/kernels.ts";
import { type Border, checkBorder } from "./border.ts";
import type { Pass } from "./convolve.ts";
import { eachCorrelatedRow } from "./correlateRows.ts";
import { blankImage, type Image, imageSize } from "./image.ts";
import { type Kernel, kernelWeights } from "./kernel.ts";

/** Of each operator gx's kernel and gy's. */
const OPERATORS = {
  sobel: smoothed(1, 2),
  scharr: smoothed(3, 10),
  prewitt: smoothed(1, 1),
  // Around the upper left of four pixels.
  roberts: [
    [
      [0, 0, 0],
      [0, 1, 0],
      [0, 0, -1],
    ],
    [
      [0, 0, 0],
      [0, 0, 1],
      [0, -1, 0],
    ],
  ],
} as const satisfies Readonly<Record<string, readonly [Kernel, Kernel]>>;

/** (side, middle, side) down the columns times (-1, 0, 1) along the rows, and its transpose. */
function smoothed(side: number, middle: number): readonly [Kernel, Kernel] {
  return [
    [
      [-side, 0, side],
      [-middle, 0, middle],
      [-side, 0, side],
    ],
    [
      [-side, -middle, -side],
      [0, 0, 0],
      [side, middle, side],
    ],
  ];
}

/** The name of a gradient operator. */
export type GradientOperator = keyof typeof OPERATORS;

/** The names of the gradient operators. */
export const GRADIENT_OPERATORS = Object.keys(OPERATORS) as readonly GradientOperator[];

/** How gradients are computed. */
export interface GradientOptions {
  /** Default "sobel". */
  readonly operator?: GradientOperator;
  /** Default "reflect", SciPy's; OpenCV's default is "mirror". */
  readonly border?: Border;
}

/**
 * How strongly a picture becomes brighter along two directions at right angles, float32 [h, w, c]: to the right (gx) and
 * downwards (gy), but for Roberts's cross to the upper left (gx) and to the upper right (gy).
 */
export interface Gradients {
  readonly gx: Image<"float32">;
  readonly gy: Image<"float32">;
  /** What measured them; without it gx is to the right and gy downwards. */
  readonly operator?: GradientOperator;
}

/**
 * The gradients of a picture, channel by channel, in units of the kernels, which are not scaled: an edge from 0 to 255 has
 * a Sobel gradient of 1020, Scharr 4080, Prewitt 765, Roberts 255. Equal to `scipy.ndimage.sobel` and `prewitt`, and to
 * OpenCV's `Sobel` and `Scharr` with the same border. Of Roberts's cross gx is f(y,x) - f(y+1,x+1) and gy is
 * f(y,x+1) - f(y+1,x): diagonals, which `gradientDirection` knows.
 *
 * @param image [h, w, c], uint8 or float32
 * @throws StriateError `usage` for an unknown operator or border; `shape` where `image` is no picture
 */
export function gradients(image: Image, options: GradientOptions = {}): Gradients {
  checkOptions("gradients", options, { operator: true, border: true });
  const size = imageSize(image);
  const [gx, gy] = [blankImage("float32", size), blankImage("float32", size)];
  const stride = size.width * size.channels;
  eachGradientRow(image, options, (y, ownX, ownY) => {
    gx.data.set(ownX, y * stride);
    gy.data.set(ownY, y * stride);
  });
  return { gx, gy, operator: options.operator ?? "sobel" };
}

/**
 * Calls `take` with the gradients of each row, from the top; the arrays are used again for the next row.
 * @throws StriateError as `gradients`
 */
function eachGradientRow(
  image: Image,
  { operator = "sobel", border = "reflect" }: GradientOptions,
  take: (y: number, gx: Float32Array, gy: Float32Array, loops: Kernels) => void,
): void {
  checkBorder(border);
  if (!GRADIENT_OPERATORS.includes(operator)) {
    throw new StriateError("usage", `gradient operators are ${GRADIENT_OPERATORS.join(", ")}; got "${operator}"`);
  }
  const { height, width } = imageSize(image);
  const kernels = OPERATORS[operator].map((kernel) => kernelWeights(kernel, false));
  const pass: Pass = { outHeight: height, outWidth: width, top: 1, left: 1, stride: 1, border };
  eachCorrelatedRow(image, kernels, pass, (y, [gx, gy], loops) => {
    if (gx && gy) take(y, gx, gy, loops);
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
  checkOptions("gradientMagnitude", options, { operator: true, border: true });
  const size = imageSize(image);
  const magnitude = blankImage("float32", size);
  const stride = size.width * size.channels;
  eachGradientRow(image, options, (y, gx, gy, loops) => {
    loops.magnitudes(gx.byteOffset, gy.byteOffset, stride);
    magnitude.data.set(gx, y * stride);
  });
  return magnitude;
}

/**
 * Where a picture becomes brighter fastest, in radians from -pi to pi: 0 to the right, pi / 2 downwards; 0 where there is no
 * gradient. It is atan2(gy, gx); of Roberts's diagonals atan2(-gx - gy, gy - gx), the same turned to the picture's axes.
 *
 * @returns float32 [h, w, c]
 */
export function gradientDirection({ gx, gy, operator = "sobel" }: Gradients): Image<"float32"> {
  const data = new Float32Array(gx.data.length);
  const isDiagonal = operator === "roberts";
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [gx.data[i] ?? 0, gy.data[i] ?? 0];
    data[i] = (isDiagonal ? Math.atan2(-x - y, y - x) : Math.atan2(y, x)) + 0; // no negative zero
  }
  return { dtype: "float32", shape: gx.shape, data };
}
