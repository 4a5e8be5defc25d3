import { CONSTANT, NEAREST, REFLECT, WRAP } from "../../simd/insideCoordinate.ts";

/** What lies outside a picture: for a row a b c d, `constant` k k|abcd|k k, `nearest` a a|abcd|d d, `reflect` b a|abcd|d c, `wrap` c d|abcd|a b. */
export type FillMode = "constant" | "nearest" | "reflect" | "wrap";

/** The fill modes, by Keras's names: what stands where a transformed picture has nothing. */
export const FILL_MODES: readonly FillMode[] = ["constant", "nearest", "reflect", "wrap"];

/** The number that `insideCoordinate` knows a mode by. */
export const MODE_NUMBERS: Readonly<Record<FillMode, number>> = {
  constant: CONSTANT,
  nearest: NEAREST,
  reflect: REFLECT,
  wrap: WRAP,
};

/** The index for a pixel of an interpolation's window that lies outside by a few: the same edge for a whole number. */
export function edgeIndex(index: number, length: number, mode: FillMode): number {
  if (index >= 0 && index < length) return index;
  if (length === 1) return 0;
  if (mode === "nearest") return index < 0 ? 0 : length - 1;
  if (mode === "reflect") {
    const within = ((index % (2 * length)) + 2 * length) % (2 * length);
    return within < length ? within : 2 * length - 1 - within;
  }
  // Around the centre of the outermost pixel, for `wrap` and `constant` have no rule of their own for splines.
  const period = 2 * (length - 1);
  const within = ((index % period) + period) % period;
  return within < length ? within : period - within;
}
