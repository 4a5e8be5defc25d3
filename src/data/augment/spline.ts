import { insideCoordinate, OUTSIDE } from "../../simd/insideCoordinate.ts";
import type { AffineMatrix } from "./affine.ts";
import { edgeIndex, type FillMode, MODE_NUMBERS } from "./edges.ts";
import type { Grid } from "./picture.ts";
import { type ResampleOptions, writeOrder } from "./resample.ts";

/** The orders from which on a curve goes through the pixels: 2 to 5. */
export type SplineOrder = 2 | 3 | 4 | 5;

/** The poles of the B-splines' prefilters (Unser, "Splines: a perfect fit for signal and image processing", 1999). */
const POLES: Readonly<Record<SplineOrder, readonly number[]>> = {
  2: [Math.sqrt(8) - 3],
  3: [Math.sqrt(3) - 2],
  4: [
    Math.sqrt(664 - Math.sqrt(438976)) + Math.sqrt(304) - 19,
    Math.sqrt(664 + Math.sqrt(438976)) - Math.sqrt(304) - 19,
  ],
  5: [
    Math.sqrt(67.5 - Math.sqrt(4436.25)) + Math.sqrt(26.25) - 6.5,
    Math.sqrt(67.5 + Math.sqrt(4436.25)) - Math.sqrt(26.25) - 6.5,
  ],
};

/** Pixels that are put around a picture whose edge is repeated, since that has no closed form; SciPy's number. */
const MARGIN = 12;

/** The spline of an order through the pixels, in float64, each channel for itself. */
export function splineResample(
  source: Float32Array,
  out: Float32Array,
  grid: Grid,
  matrix: AffineMatrix,
  options: ResampleOptions,
  order: SplineOrder,
): void {
  const { channels, channelStride } = grid;
  const margin = options.fillMode === "nearest" ? MARGIN : 0;
  for (let channel = 0; channel < channels; channel++) {
    const first = channel * channelStride;
    const plane = coefficients(source, first, grid, options.fillMode, margin, POLES[order]);
    evaluate(plane, out, first, grid, matrix, options, margin, order);
  }
}

/** The spline's coefficients of one channel with its margin, row-major. */
function coefficients(
  source: Float32Array,
  first: number,
  { height, width, rowStride, columnStride }: Grid,
  mode: FillMode,
  margin: number,
  poles: readonly number[],
): Float64Array {
  const rows = height + 2 * margin;
  const columns = width + 2 * margin;
  const plane = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const from = first + Math.min(Math.max(i - margin, 0), height - 1) * rowStride;
    for (let j = 0; j < columns; j++) {
      plane[i * columns + j] = source[from + Math.min(Math.max(j - margin, 0), width - 1) * columnStride] ?? 0;
    }
  }
  const line = new Float64Array(Math.max(rows, columns));
  for (let j = 0; j < columns; j++) filterLine(plane, j, columns, line.subarray(0, rows), mode, poles);
  for (let i = 0; i < rows; i++) filterLine(plane, i * columns, 1, line.subarray(0, columns), mode, poles);
  return plane;
}

/** Filters one row or column in place: for each pole a causal and an anticausal pass, begun as the edge says. */
function filterLine(
  plane: Float64Array,
  start: number,
  step: number,
  line: Float64Array,
  mode: FillMode,
  poles: readonly number[],
): void {
  const n = line.length;
  if (n === 1) return;
  const gain = poles.reduce((product, pole) => product * (1 - pole) * (1 - 1 / pole), 1);
  for (let i = 0; i < n; i++) line[i] = (plane[start + i * step] ?? 0) * gain;
  for (const pole of poles) filterByPole(line, pole, mode === "reflect" || mode === "nearest");
  for (let i = 0; i < n; i++) plane[start + i * step] = line[i] ?? 0;
}

function filterByPole(line: Float64Array, pole: number, reflected: boolean): void {
  const n = line.length;
  line[0] = reflected ? causalReflected(line, pole) : causalMirrored(line, pole);
  for (let i = 1; i < n; i++) line[i] = (line[i] ?? 0) + pole * (line[i - 1] ?? 0);
  const last = line[n - 1] ?? 0;
  line[n - 1] = reflected
    ? (last * pole) / (pole - 1)
    : ((pole * (line[n - 2] ?? 0) + last) * pole) / (pole * pole - 1);
  for (let i = n - 2; i >= 0; i--) line[i] = pole * ((line[i + 1] ?? 0) - (line[i] ?? 0));
}

/**
 * The first causal coefficient of a line that goes on as d c b a|a b c d|d c b a. The last term should have the line's
 * first value; SciPy, whose numbers these are, has the sum there, which shows in lines of a few pixels.
 */
function causalReflected(line: Float64Array, pole: number): number {
  const n = line.length;
  const far = pole ** n;
  const first = line[0] ?? 0;
  let sum = first + far * (line[n - 1] ?? 0);
  for (let i = 1, power = pole; i < n; i++, power *= pole) {
    const opposite = i === n - 1 ? sum : (line[n - 1 - i] ?? 0);
    sum += power * ((line[i] ?? 0) + far * opposite);
  }
  return (sum * pole) / (1 - far * far) + first;
}

/** The first causal coefficient of a line that goes on as d c b|a b c d|c b a. */
function causalMirrored(line: Float64Array, pole: number): number {
  const n = line.length;
  const far = pole ** (n - 1);
  let sum = (line[0] ?? 0) + far * (line[n - 1] ?? 0);
  for (let i = 1, power = pole; i < n - 1; i++, power *= pole) {
    sum += power * ((line[i] ?? 0) + far * (line[n - 1 - i] ?? 0));
  }
  return sum / (1 - far * far);
}

function evaluate(
  plane: Float64Array,
  out: Float32Array,
  first: number,
  grid: Grid,
  { a, b, rowOffset, c, d, columnOffset }: AffineMatrix,
  options: ResampleOptions,
  margin: number,
  order: SplineOrder,
): void {
  const { fillMode, cval, gain = 1 } = options;
  const mode = MODE_NUMBERS[fillMode];
  const taps = order + 1;
  const before = order >> 1;
  // An even order's taps lie around the nearest pixel, an odd one's between two.
  const half = order % 2 === 0 ? 0.5 : 0;
  const rows = grid.height + 2 * margin;
  const columns = grid.width + 2 * margin;
  const { start, rowStep, columnStep } = writeOrder(grid, options);
  const across = new Float64Array(taps);
  const down = new Float64Array(taps);
  for (let i = 0; i < grid.height; i++) {
    for (let j = 0; j < grid.width; j++) {
      const to = first + start + i * rowStep + j * columnStep;
      let row = a * i + b * j + rowOffset + margin;
      let column = c * i + d * j + columnOffset + margin;
      if (fillMode !== "nearest") {
        row = insideCoordinate(row, rows, mode);
        column = insideCoordinate(column, columns, mode);
      }
      if (row === OUTSIDE || column === OUTSIDE) {
        out[to] = cval * gain;
        continue;
      }
      const top = Math.floor(row + half) - before;
      const left = Math.floor(column + half) - before;
      weights(row - top, order, down);
      weights(column - left, order, across);
      let sum = 0;
      for (let y = 0; y < taps; y++) {
        const line = edgeIndex(top + y, rows, fillMode) * columns;
        for (let x = 0; x < taps; x++) {
          const value = plane[line + edgeIndex(left + x, columns, fillMode)] ?? 0;
          sum += value * (down[y] ?? 0) * (across[x] ?? 0);
        }
      }
      out[to] = sum * gain;
    }
  }
}

/** The B-spline at x, x - 1, x - 2, ...: in powers, 1/n! times the sum of (-1)^k C(n + 1, k) (x + (n + 1)/2 - k)^n where positive. */
function weights(x: number, order: SplineOrder, into: Float64Array): void {
  for (let tap = 0; tap < into.length; tap++) {
    const from = x - tap + (order + 1) / 2;
    let [sum, binomial] = [0, 1];
    for (let k = 0; k <= order && from - k > 0; k++) {
      sum += (k % 2 === 0 ? binomial : -binomial) * (from - k) ** order;
      binomial = (binomial * (order + 1 - k)) / (k + 1);
    }
    into[tap] = sum / FACTORIALS[order];
  }
}

const FACTORIALS: Readonly<Record<SplineOrder, number>> = { 2: 2, 3: 6, 4: 24, 5: 120 };
