// A picture of float32 under an affine matrix, linear between pixels: computed in float64, rounded once.
import { CONSTANT, insideCoordinate, NEAREST } from "../insideCoordinate";

/**
 * The pixel at row i and column j comes from row a i + b j + rowOffset and column c i + d j + columnOffset. Clamped, a
 * coordinate that reflection put beyond the outermost pixel gives that pixel, which is what lies there. The last row and
 * column are the far side of the pixels before them, so that no window needs a test. Up to 1 number after the source is
 * read, and of colours up to 1 before and after a pixel's place in the target is written before its neighbour is.
 * @param rowStride between the source's rows, in numbers, as all strides are
 * @param start where the pixel (0, 0) is written, from where `rowStep` and `columnStep` lead on
 * @param mode a number of insideCoordinate.ts
 * @param gain a factor on every value
 */
export function affineLinear(
  source: usize,
  target: usize,
  height: i32,
  width: i32,
  channels: i32,
  rowStride: i32,
  columnStride: i32,
  channelStride: i32,
  start: i32,
  rowStep: i32,
  columnStep: i32,
  a: f64,
  b: f64,
  rowOffset: f64,
  c: f64,
  d: f64,
  columnOffset: f64,
  mode: i32,
  cval: f64,
  gain: f64,
): void {
  const lastRow = <f64>(height - 1);
  const lastColumn = <f64>(width - 1);
  const lastTop = max(0, height - 2);
  const lastLeft = max(0, width - 2);
  const down: usize = height > 1 ? (<usize>rowStride) << 2 : 0;
  const right: usize = width > 1 ? (<usize>columnStride) << 2 : 0;
  const isColour = channels === 3 && channelStride === 1;
  const outside = <f32>(cval * gain);
  for (let i = 0; i < height; i++) {
    let to = target + ((start + i * rowStep) << 2);
    const rowStart = a * <f64>i + rowOffset;
    const columnStart = c * <f64>i + columnOffset;
    for (let j = 0; j < width; j++, to += columnStep << 2) {
      let row = rowStart + b * <f64>j;
      let column = columnStart + d * <f64>j;
      if (!(row >= 0 && row <= lastRow && column >= 0 && column <= lastColumn)) {
        if (mode === CONSTANT) {
          for (let k = 0; k < channels; k++) store<f32>(to + ((k * channelStride) << 2), outside);
          continue;
        }
        if (mode !== NEAREST) {
          row = insideCoordinate(row, height, mode);
          column = insideCoordinate(column, width, mode);
        }
        row = row < 0 ? 0 : row > lastRow ? lastRow : row;
        column = column < 0 ? 0 : column > lastColumn ? lastColumn : column;
      }
      // Truncating is flooring for what is not negative.
      const top = row >= lastRow ? lastTop : <i32>row;
      const left = column >= lastColumn ? lastLeft : <i32>column;
      const y = row - <f64>top;
      const x = column - <f64>left;
      const downRight = y * x * gain;
      const downLeft = y * gain - downRight;
      const topRight = x * gain - downRight;
      const topLeft = gain - y * gain - topRight;
      const from = source + ((top * rowStride + left * columnStride) << 2);
      if (isColour) {
        const pair = mix(from, from + right, from + down, from + down + right, topLeft, topRight, downLeft, downRight);
        v128.store64_lane(to, pair, 0);
        store<f32>(to, single(from + 8, right, down, topLeft, topRight, downLeft, downRight), 8);
        continue;
      }
      for (let k = 0; k < channels; k++) {
        const at: usize = (k * channelStride) << 2;
        store<f32>(to + at, single(from + at, right, down, topLeft, topRight, downLeft, downRight));
      }
    }
  }
}

/** One value between four. */
function single(
  from: usize,
  right: usize,
  down: usize,
  topLeft: f64,
  topRight: f64,
  downLeft: f64,
  downRight: f64,
): f32 {
  return <f32>(
    (<f64>load<f32>(from) * topLeft +
      <f64>load<f32>(from + right) * topRight +
      <f64>load<f32>(from + down) * downLeft +
      <f64>load<f32>(from + down + right) * downRight)
  );
}

/** Two values that lie side by side, each between four. */
function mix(
  from: usize,
  beside: usize,
  below: usize,
  across: usize,
  topLeft: f64,
  topRight: f64,
  downLeft: f64,
  downRight: f64,
): v128 {
  let sums = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(from)), f64x2.splat(topLeft));
  sums = f64x2.add(sums, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(beside)), f64x2.splat(topRight)));
  sums = f64x2.add(sums, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(below)), f64x2.splat(downLeft)));
  sums = f64x2.add(sums, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(across)), f64x2.splat(downRight)));
  return f32x4.demote_f64x2_zero(sums);
}
