import { insideCoordinate, OUTSIDE } from "../../simd/insideCoordinate.ts";
import { withRoom } from "../../simd/kernels.ts";
import type { AffineMatrix } from "./affine.ts";
import { type FillMode, MODE_NUMBERS } from "./edges.ts";
import type { Grid } from "./picture.ts";
import { type SplineOrder, splineResample } from "./spline.ts";

/** How values between pixels and outside the picture are found. */
export interface ResampleOptions {
  readonly fillMode: FillMode;
  /** What lies outside where the mode is `constant`. */
  readonly cval: number;
  /** 0: the nearest pixel; 1: linear; 3: cubic spline. */
  readonly order: 0 | 1 | SplineOrder;
  readonly flipHorizontal?: boolean;
  readonly flipVertical?: boolean;
  /** A factor on every value, default 1. */
  readonly gain?: number;
}

/**
 * The picture under a matrix, each value computed in float64 and rounded once. Flips are done to the result, by writing
 * it in the other order, so that they cost nothing.
 * @param out where it is written, all of it; default a new array
 */
export function resample(
  source: Float32Array,
  grid: Grid,
  matrix: AffineMatrix,
  options: ResampleOptions,
  out: Float32Array<ArrayBuffer> = new Float32Array(source.length),
): Float32Array<ArrayBuffer> {
  if (options.order === 0) nearest(source, out, grid, matrix, options);
  else if (options.order === 1) linear(source, out, grid, matrix, options);
  else splineResample(source, out, grid, matrix, options, options.order);
  return out;
}

/** Where the pixel (0, 0) of the result is written, and the steps from there. */
export function writeOrder(
  grid: Grid,
  { flipHorizontal = false, flipVertical = false }: ResampleOptions,
): { readonly start: number; readonly rowStep: number; readonly columnStep: number } {
  const { height, width, rowStride, columnStride } = grid;
  return {
    start: (flipVertical ? (height - 1) * rowStride : 0) + (flipHorizontal ? (width - 1) * columnStride : 0),
    rowStep: flipVertical ? -rowStride : rowStride,
    columnStep: flipHorizontal ? -columnStride : columnStride,
  };
}

function nearest(
  source: Float32Array,
  out: Float32Array,
  grid: Grid,
  { a, b, rowOffset, c, d, columnOffset }: AffineMatrix,
  options: ResampleOptions,
): void {
  const { height, width, channels, rowStride, columnStride, channelStride } = grid;
  const { fillMode, cval, gain = 1 } = options;
  const { start, rowStep, columnStep } = writeOrder(grid, options);
  const mode = MODE_NUMBERS[fillMode];
  for (let i = 0; i < height; i++) {
    let to = start + i * rowStep;
    for (let j = 0; j < width; j++, to += columnStep) {
      const row = insideCoordinate(a * i + b * j + rowOffset, height, mode);
      const column = insideCoordinate(c * i + d * j + columnOffset, width, mode);
      if (row === OUTSIDE || column === OUTSIDE) {
        for (let k = 0; k < channels; k++) out[to + k * channelStride] = cval * gain;
        continue;
      }
      // Reflection gives up to one pixel beyond the outermost one, where that is what lies there.
      const top = Math.min(Math.max(Math.floor(row + 0.5), 0), height - 1);
      const left = Math.min(Math.max(Math.floor(column + 0.5), 0), width - 1);
      const from = top * rowStride + left * columnStride;
      for (let k = 0; k < channels; k++) out[to + k * channelStride] = (source[from + k * channelStride] ?? 0) * gain;
    }
  }
}

/** Linear along both axes; how is in simd/assembly/affine.ts. */
function linear(
  source: Float32Array,
  out: Float32Array,
  grid: Grid,
  { a, b, rowOffset, c, d, columnOffset }: AffineMatrix,
  options: ResampleOptions,
): void {
  const { height, width, channels, rowStride, columnStride, channelStride } = grid;
  const { fillMode, cval, gain = 1 } = options;
  const { start, rowStep, columnStep } = writeOrder(grid, options);
  withRoom([source.byteLength, source.byteLength], ({ kernels, buffer, parts: [from = 0, to = 0] }) => {
    new Float32Array(buffer, from).set(source);
    kernels.affineLinear(
      from,
      to,
      height,
      width,
      channels,
      rowStride,
      columnStride,
      channelStride,
      start,
      rowStep,
      columnStep,
      a,
      b,
      rowOffset,
      c,
      d,
      columnOffset,
      MODE_NUMBERS[fillMode],
      cval,
      gain,
    );
    out.set(new Float32Array(buffer, to, source.length));
  });
}
