// Real numbers of 16, 8 and 4 bits, from their bits.

/** The bits of a format: a sign, an exponent with a bias, a fraction; and which bits are no number. */
interface Format {
  readonly exponent: number;
  readonly fraction: number;
  readonly bias: number;
  /** What the largest exponent means: infinity and NaN as in IEEE 754, NaN when all bits are set, or just a number. */
  readonly top: "ieee" | "nan" | "number";
  /** Where minus zero would be there is NaN. */
  readonly unsignedZero?: boolean;
}

/** By ONNX's numbers (TensorProto.DataType). */
const FORMATS: Readonly<Record<number, Format>> = {
  10: { exponent: 5, fraction: 10, bias: 15, top: "ieee" },
  16: { exponent: 8, fraction: 7, bias: 127, top: "ieee" },
  17: { exponent: 4, fraction: 3, bias: 7, top: "nan" },
  18: { exponent: 4, fraction: 3, bias: 8, top: "number", unsignedZero: true },
  19: { exponent: 5, fraction: 2, bias: 15, top: "ieee" },
  20: { exponent: 5, fraction: 2, bias: 16, top: "number", unsignedZero: true },
  23: { exponent: 2, fraction: 1, bias: 1, top: "number" },
};

/** How the bits of a type become a number; `undefined` for a type that is no small float. */
export function smallFloat(code: number): ((bits: number) => number) | undefined {
  const format = FORMATS[code];
  return format && ((bits) => decoded(bits, format));
}

function decoded(bits: number, { exponent, fraction, bias, top, unsignedZero }: Format): number {
  const [most, parts] = [2 ** exponent - 1, 2 ** fraction];
  const negative = Math.floor(bits / 2 ** (exponent + fraction)) % 2 === 1;
  const [power, rest] = [Math.floor(bits / parts) % (most + 1), bits % parts];
  if (unsignedZero && negative && power === 0 && rest === 0) return Number.NaN;
  if (power === most && top === "ieee")
    return rest > 0 ? Number.NaN : negative ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (power === most && top === "nan" && rest === parts - 1) return Number.NaN;
  const size = power === 0 ? (rest / parts) * 2 ** (1 - bias) : (1 + rest / parts) * 2 ** (power - bias);
  return negative ? -size : size;
}
