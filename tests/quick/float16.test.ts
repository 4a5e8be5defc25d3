import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bytesAccess } from "#striate/files/index";
import { readNpz } from "#striate/formats/index";
import { bfloat16ToFloat32, FLOAT16_MAX, float16ToFloat32, float32ToFloat16 } from "#striate/tensor/float16";
import { toNumbers, zeros } from "#striate/tensor/tensor";

const encode = (value: number) => float32ToFloat16(Float32Array.of(value))[0];
const ALL = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
/** The finite ones from 0 up, in the order of their values, and what would follow the last one. */
const POSITIVE = [...float16ToFloat32(ALL.subarray(0, 0x7c00)), 65536];

test("every float16 has the value of its sign, exponent and fraction", () => {
  const values = float16ToFloat32(ALL);
  for (const bits of ALL) {
    const fraction = bits % 1024;
    const exponent = Math.floor(bits / 1024) % 32;
    const size = exponent === 0 ? fraction / 2 ** 24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
    const special = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
    const expected = (bits < 32768 ? 1 : -1) * (exponent === 31 ? special : size);
    if (!Object.is(values[bits], expected)) expect([bits, values[bits]]).toEqual([bits, expected]);
  }
});

test("every float16 comes back as it was, and NaN as a NaN", () => {
  const back = float32ToFloat16(float16ToFloat32(ALL));
  const isNaNBits = (bits: number) => (bits & 0x7fff) > 0x7c00;
  const changed = ALL.filter((bits) => (isNaNBits(bits) ? !isNaNBits(back[bits] ?? 0) : back[bits] !== bits));
  expect([...changed]).toEqual([]);
});

test("between two neighbours the nearer one is taken, and half-way the even one", () => {
  const words = new Uint32Array(1);
  const float = new Float32Array(words.buffer);
  const nextAfter = (value: number, step: number) => {
    float[0] = value;
    words[0] = (words[0] ?? 0) + step;
    return float[0];
  };
  for (let bits = 0; bits < 0x7c00; bits++) {
    const middle = ((POSITIVE[bits] ?? 0) + (POSITIVE[bits + 1] ?? 0)) / 2;
    const found = [nextAfter(middle, -1), middle, nextAfter(middle, 1)].map(encode);
    const expected = [bits, bits % 2 === 0 ? bits : bits + 1, bits + 1];
    if (found.join() !== expected.join()) expect([bits, found]).toEqual([bits, expected]);
    if (encode(-middle) !== (encode(middle) ?? 0) + 0x8000) expect([bits, encode(-middle)]).toEqual([bits, "negative"]);
  }
});

test("the largest number, infinity and NaN", () => {
  expect([FLOAT16_MAX, 65519.996, 65520, 1e38, Number.POSITIVE_INFINITY, -65520].map(encode)).toEqual([
    0x7bff, 0x7bff, 0x7c00, 0x7c00, 0x7c00, 0xfc00,
  ]);
  expect(encode(Number.NaN)).toBe(0x7e00);
  expect([0, -0, 2 ** -25, 2 ** -149].map(encode)).toEqual([0, 0x8000, 0, 0]);
});

test("NumPy rounds 3000 numbers of all sizes to the same bits", async () => {
  const bytes = readFileSync(new URL("../goldens/numpy/float16.npz", import.meta.url));
  const arrays = await readNpz(bytesAccess(bytes, "a"), "a");
  const bits = (name: string) => Int32Array.from(toNumbers(arrays.get(name) ?? zeros("int32", [0])));
  const numbers = new Float32Array(bits("float32").buffer);
  expect(numbers.length).toBeGreaterThan(2900);
  expect([...float32ToFloat16(numbers)]).toEqual([...bits("float16")]);
});

test("a bfloat16 is the upper half of a float32", () => {
  const bits = Uint16Array.of(0x3f80, 0xc000, 0x7f80, 0x0001, 0x3dcd);
  expect([...bfloat16ToFloat32(bits)]).toEqual([1, -2, Number.POSITIVE_INFINITY, 2 ** -133, 0.10009765625]);
  expect(bfloat16ToFloat32(Uint16Array.of(0x7fc0))[0]).toBeNaN();
});
