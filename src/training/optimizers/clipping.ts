import { finiteNumber } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { GraphBuilder, Value } from "../../graph/index.ts";
import { clip, formula, max, min, reduceL2 } from "../../ops/index.ts";

/** How an optimizer keeps gradients short: one of these. */
export interface ClippingOptions {
  /** The gradient of each weight whose norm is larger is shortened to it. */
  readonly clipNorm?: number;
  /** All gradients are shortened alike where their norm, taken over all weights together, is larger. */
  readonly globalClipNorm?: number;
  /** Every number of the gradients is kept between -clipValue and clipValue. */
  readonly clipValue?: number;
}

/** What becomes of gradients before the weights follow from them, as nodes of the update. */
export interface Clipping {
  readonly config: Readonly<Record<string, number>>;
  clip(g: GraphBuilder, gradients: readonly Value[]): readonly Value[];
}

type Clip = (g: GraphBuilder, gradients: readonly Value[], most: number) => readonly Value[];

/** Keras's formulas. */
const CLIPPINGS: Readonly<Record<keyof ClippingOptions, Clip>> = {
  clipNorm: (g, gradients, most) =>
    gradients.map((gradient) => {
      const f = formula(g, gradient);
      const norm = g.op(reduceL2, [gradient], { keepdims: 0 });
      return f.div(f.mul(gradient, most), g.op(max, [norm, g.scalar(norm, most)]));
    }),
  globalClipNorm: (g, gradients, most) => {
    const [first] = gradients;
    if (!first) return [];
    const f = formula(g, first);
    const squares = gradients.map((gradient) => {
      const norm = g.op(reduceL2, [gradient], { keepdims: 0 });
      return f.mul(norm, norm);
    });
    const norm = f.sqrt(squares.reduce((sum, square) => f.add(sum, square)));
    const finite = f.mul(most, g.op(min, [f.div(1, norm), g.scalar(norm, 1 / most)]));
    // A norm that is infinite or no number makes all of them no numbers, where clipping would hide it.
    const scale = f.add(finite, f.sub(norm, norm));
    return gradients.map((gradient) => f.mul(gradient, scale));
  },
  clipValue: (g, gradients, most) =>
    gradients.map((gradient) => g.op(clip, [gradient, g.scalar(gradient, -most), g.scalar(gradient, most)])),
};

/** @throws StriateError `usage` for a limit that is not above 0, and for two of them */
export function clippingOf(optimizer: string, options: ClippingOptions): Clipping | undefined {
  const given = (Object.keys(CLIPPINGS) as (keyof ClippingOptions)[]).filter((name) => options[name] !== undefined);
  const [name, other] = given;
  if (name === undefined) return undefined;
  if (other !== undefined) {
    throw new StriateError("usage", `${optimizer}: ${name} and ${other} are two ways to clip; give one of them`);
  }
  const most = finiteNumber(optimizer, name, options[name], { above: 0 });
  return { config: { [name]: most }, clip: (g, gradients) => CLIPPINGS[name](g, gradients, most) };
}
