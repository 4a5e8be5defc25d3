// Shifts of whole numbers, by powers of 2 in float64: exact for up to 53 bits.
import type { Value } from "../../graph/index.ts";
import { cast, floor, formula, less, ONNX_TYPES, where } from "../../ops/index.ts";
import { addOne, castInto, type Importer, input, text } from "./context.ts";

/** The bits of each type, by ONNX's numbers; negative where there is a sign. */
const BITS: Readonly<Record<number, number>> = { 2: 8, 3: -8, 4: 16, 5: -16, 6: -32, 7: -64, 12: 32, 13: 64 };

const shift: Importer = (context) => {
  const { g } = context;
  const A = input(context, 0);
  const wide = (value: Value) => addOne(context, cast, [value], { to: ONNX_TYPES.float64 });
  const [a, by] = [wide(A), wide(input(context, 1))];
  const bits = BITS[context.typeOf(0) ?? 7] ?? 64;
  const f = formula(g, a);
  // By less than nothing, as by more than there are: all bits go.
  const all = g.scalar(by, Math.abs(bits));
  const power = f.pow(g.scalar(a, 2), addOne(context, where, [addOne(context, less, [by, g.scalar(by, 0)]), all, by]));
  const whole = (value: Value) => addOne(context, floor, [value]);
  if (text(context, "direction", "RIGHT") === "RIGHT") return [castInto(context, whole(f.div(a, power)), A.dtype)];
  const range = 2 ** Math.abs(bits);
  const product = f.mul(a, power);
  const wrapped = f.sub(product, f.mul(whole(f.div(product, range)), range));
  const half = g.scalar(a, range / 2);
  const signed =
    bits < 0
      ? addOne(context, where, [addOne(context, less, [wrapped, half]), wrapped, f.sub(wrapped, range)])
      : wrapped;
  return [castInto(context, signed, A.dtype)];
};

export const BITWISE: Readonly<Record<string, Importer>> = { BitShift: shift };
