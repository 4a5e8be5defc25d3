import { type Grid, gridOf, type Picture, withData } from "../picture.ts";

/** How values between pixels are found: 0 the nearest pixel's, 1 linear along both axes. */
export type AffineOrder = 0 | 1;

/**
 * From where the middle of each pixel comes: x = xx x' + xy y' + x0 and y = yx x' + yy y' + y0, where the picture begins
 * at 0, so that the middle of the first pixel is at 0.5.
 */
interface Source {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

const STAY: Source = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };

/** Slants the columns by `x` pixels a row, the rows by `y` pixels a column; the upper left corner stays. */
export function sheared(
  picture: Picture,
  { x = 0, y = 0 }: { readonly x?: number; readonly y?: number },
  order: AffineOrder,
): Picture {
  return moved(picture, { ...STAY, xy: x, yx: y }, order);
}

/** To the right and down by so many pixels. */
export function translated(
  picture: Picture,
  { x = 0, y = 0 }: { readonly x?: number; readonly y?: number },
  order: AffineOrder,
): Picture {
  return moved(picture, { ...STAY, x0: -x, y0: -y }, order);
}

/** Around the middle, by degrees against the clock. */
export function rotated(picture: Picture, degrees: number, order: AffineOrder): Picture {
  const { height, width } = gridOf(picture.shape);
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [x, y] = [width / 2, height / 2];
  return moved(
    picture,
    { xx: cos, xy: -sin, x0: x - cos * x + sin * y, yx: sin, yy: cos, y0: y - sin * x - cos * y },
    order,
  );
}

/**
 * A picture of the same size, 0 where what comes lies outside. This is Pillow's `Image.transform`, where the outermost
 * pixels reach to their outer edges; Keras's rule, which ends at their middles, is that of `../resample.ts`.
 */
function moved(picture: Picture, source: Source, order: AffineOrder): Picture {
  const grid = gridOf(picture.shape);
  const out = new Float32Array(picture.data.length);
  const { xx, xy, x0, yx, yy, y0 } = source;
  const read = order === 0 ? nearest : linear;
  for (let i = 0, to = 0; i < grid.height; i++) {
    for (let j = 0; j < grid.width; j++, to += grid.channels) {
      const x = xx * (j + 0.5) + xy * (i + 0.5) + x0;
      const y = yx * (j + 0.5) + yy * (i + 0.5) + y0;
      if (x >= 0 && y >= 0 && x < grid.width && y < grid.height) read(picture.data, grid, x, y, out, to);
    }
  }
  return withData(picture, out);
}

function nearest(data: Float32Array, grid: Grid, x: number, y: number, out: Float32Array, to: number): void {
  const from = (y | 0) * grid.rowStride + (x | 0) * grid.channels;
  for (let k = 0; k < grid.channels; k++) out[to + k] = data[from + k] ?? 0;
}

function linear(data: Float32Array, grid: Grid, x: number, y: number, out: Float32Array, to: number): void {
  const { height, width, channels, rowStride } = grid;
  // Between the middles of pixels; before the first and after the last middle that pixel alone counts.
  const left = Math.max(0, Math.min(width - 1, x - 0.5));
  const top = Math.max(0, Math.min(height - 1, y - 0.5));
  const from = (top | 0) * rowStride + (left | 0) * channels;
  const right = left < width - 1 ? channels : 0;
  const down = top < height - 1 ? rowStride : 0;
  const dx = left - (left | 0);
  const dy = top - (top | 0);
  for (let k = from; k < from + channels; k++, to++) {
    const above = (data[k] ?? 0) * (1 - dx) + (data[k + right] ?? 0) * dx;
    const below = (data[k + down] ?? 0) * (1 - dx) + (data[k + down + right] ?? 0) * dx;
    out[to] = above * (1 - dy) + below * dy;
  }
}
