// Compiled twice: by TypeScript as any other file, and by AssemblyScript (where `number` is f64) into the kernels.

/** What lies outside a picture, as numbers, in the order of `FILL_MODES`. */
export const CONSTANT = 0;
export const NEAREST = 1;
export const REFLECT = 2;
export const WRAP = 3;

/** A coordinate that says: outside, take the constant. */
export const OUTSIDE = -2;

/**
 * Where along an axis of `length` pixels a coordinate outside of it finds its value. The same rules as SciPy's
 * `ndimage`, by which `wrap` has a period of length - 1, and `constant` begins right after the outermost pixels' centres.
 *
 * @returns a coordinate in (-1, length), or `OUTSIDE`
 */
export function insideCoordinate(at: number, length: number, mode: number): number {
  const last = length - 1;
  if (at >= 0 && at <= last) return at;
  if (mode === CONSTANT) return OUTSIDE;
  if (last === 0) return 0;
  if (mode === NEAREST) return at < 0 ? 0 : last;
  if (mode === WRAP) {
    return at < 0 ? at + last * (Math.trunc(-at / last) + 1) : at - last * Math.trunc(at / last);
  }
  const period = 2 * length;
  if (at < 0) {
    const within = at < -period ? at + period * Math.trunc(-at / period) : at;
    return within < -length ? within + period : -within - 1;
  }
  const within = at - period * Math.trunc(at / period);
  return within >= length ? period - within - 1 : within;
}
