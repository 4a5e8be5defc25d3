import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { StriateError } from "#striate/errors";
import { decodeSafetensors, encodeSafetensors } from "#striate/formats/safetensors/safetensors";
import { DTYPES, fromNumbers, type Tensor, zeros } from "#striate/tensor/tensor";
import { mutations } from "../support/mutations.ts";

// Written by the format's own library: see goldens/make_safetensors.py.
const OFFICIAL = new Uint8Array(readFileSync(new URL("../goldens/official.safetensors", import.meta.url)));
const CONTENT = new Map<string, Tensor>([
  ["step", { dtype: "int64", shape: [], data: BigInt64Array.of(2n ** 53n + 1n) }],
  ["loss", fromNumbers("float64", [], [0.1])],
  ["conv1/bias", fromNumbers("float32", [2], [0.5, -0.25])],
  [
    "conv1/kernel",
    fromNumbers(
      "float32",
      [3, 3, 1, 2],
      Array.from({ length: 18 }, (_, i) => i / 8 - 1),
    ),
  ],
  ["empty", zeros("float32", [0, 4])],
  ['ключ "7"', fromNumbers("float32", [1], [1.5])],
  ["labels", fromNumbers("int32", [2, 2], [-1, 2 ** 31 - 1, -(2 ** 31), 7])],
  ["bytes", fromNumbers("uint8", [3], [0, 1, 255])],
  ["mask", fromNumbers("bool", [5], [1, 0, 1, 1, 0])],
]);

/** A file from a header, as JSON or as text, and the bytes after it. */
function file(header: unknown, data: ArrayLike<number> = [], length?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

/** The header of a file with one tensor, "w", of type U8. */
function u8(shape: unknown, begin: unknown, end: unknown): object {
  return { w: { dtype: "U8", shape, data_offsets: [begin, end] } };
}

describe("the official library's file", () => {
  test("is read", () => {
    const { tensors, metadata } = decodeSafetensors(OFFICIAL, "official");
    expect(tensors).toEqual(CONTENT);
    expect([...tensors.keys()]).toEqual([...CONTENT.keys()]);
    expect(metadata).toEqual({ format: "striate-test ü" });
  });

  test("is what Striate writes for the same tensors, in whatever order they come", () => {
    const reversed = new Map([...CONTENT].reverse());
    expect(Buffer.concat(encodeSafetensors(reversed, { format: "striate-test ü" })).equals(OFFICIAL)).toBe(true);
  });
});

describe("encodeSafetensors", () => {
  test("gives views of the tensors' memory, not copies", () => {
    const weights = fromNumbers("float32", [2], [1, 2]);
    const [, chunk] = encodeSafetensors(new Map([["w", weights]]));
    expect(chunk?.buffer).toBe(weights.data.buffer);
  });

  test("keeps names that JavaScript's objects would move or lose", () => {
    const tensors = new Map([
      ["__proto__", zeros("float32", [1])],
      ["7", zeros("float32", [2])],
    ]);
    const metadata = Object.fromEntries([["__proto__", "kept"]]);
    const back = decodeSafetensors(Buffer.concat(encodeSafetensors(tensors, metadata)), "a");
    expect(new Set(back.tensors.keys())).toEqual(new Set(["7", "__proto__"]));
    expect(Object.entries(back.metadata)).toEqual([["__proto__", "kept"]]);
  });

  test("writes a file without tensors", () => {
    expect(decodeSafetensors(Buffer.concat(encodeSafetensors(new Map())), "a")).toEqual({
      tensors: new Map(),
      metadata: {},
    });
  });

  test("refuses the name that the format keeps for itself", () => {
    expect(() => encodeSafetensors(new Map([["__metadata__", zeros("uint8", [1])]]))).toThrow("rename it");
  });
});

describe("half precision", () => {
  const golden = (name: string) => new Uint8Array(readFileSync(new URL(`../goldens/${name}`, import.meta.url)));

  test("F16 and BF16 become float32, small integers int32, U32 int64, all exactly", () => {
    const { tensors } = decodeSafetensors(golden("half.safetensors"), "half");
    expect(tensors).toEqual(
      new Map<string, Tensor>([
        ["u32", fromNumbers("int64", [2], [0, 2 ** 32 - 1])],
        ["brain", fromNumbers("float32", [2], [0.10009765625, -3.00405527047391e38])],
        ["half", fromNumbers("float32", [2], [0.0999755859375, -65504])],
        ["u16", fromNumbers("int32", [2], [0, 65535])],
        ["i16", fromNumbers("int32", [2], [-32768, 32767])],
        ["i8", fromNumbers("int32", [2], [-128, 127])],
      ]),
    );
  });

  test("the official library's file with F16 is what Striate writes with halfPrecision", () => {
    const official = golden("half_only.safetensors");
    const { tensors } = decodeSafetensors(official, "half");
    expect(tensors.get("kernel")).toEqual(
      fromNumbers("float32", [2, 2], [0.0999755859375, -65504, 2 ** -24, Infinity]),
    );
    expect(Buffer.concat(encodeSafetensors(tensors, {}, { halfPrecision: true })).equals(official)).toBe(true);
  });

  test("rounds float32 and leaves the other types as they are", () => {
    const tensors = new Map<string, Tensor>([
      ["double", fromNumbers("float64", [1], [0.1])],
      ["weight", fromNumbers("float32", [2], [0.1, 2049])],
    ]);
    const file = Buffer.concat(encodeSafetensors(tensors, { a: "b" }, { halfPrecision: true }));
    const back = decodeSafetensors(file, "a");
    expect(back.tensors.get("double")).toEqual(tensors.get("double"));
    expect([...(back.tensors.get("weight")?.data ?? [])]).toEqual([0.0999755859375, 2048]);
    expect(back.metadata).toEqual({ a: "b" });
  });

  test("refuses a number that would become infinite", () => {
    const tensors = new Map([["w", fromNumbers("float32", [2], [1, -70000])]]);
    expect(() => encodeSafetensors(tensors, {}, { halfPrecision: true })).toThrow(
      'tensor "w" has -70000 at element 1, but half precision ends at 65504; write it without halfPrecision',
    );
  });
});

describe("decodeSafetensors", () => {
  test.each(DTYPES)("reads %s at every alignment", (dtype) => {
    const source = fromNumbers(dtype, [2, 3], [1, 0, 1, 1, 0, 1]);
    const bytes = Buffer.concat(encodeSafetensors(new Map([["t", source]])));
    for (let shift = 0; shift < 8; shift++) {
      const moved = new Uint8Array(bytes.length + shift);
      moved.set(bytes, shift);
      expect(decodeSafetensors(moved.subarray(shift), "a").tensors.get("t")).toEqual(source);
    }
  });

  test.each<[string, Uint8Array, string]>([
    ["an empty file", new Uint8Array(), "a: is cut short: 0 bytes are less than the 8 it must begin with"],
    ["a header cut short", file("{}", [], 10n), "a: is cut short: its header has 10 bytes, but only 2 follow"],
    ["a header over the limit", file("{}", [], 100_000_001n), "over the limit of 100 MB"],
    ["a header of 2^64 - 1 bytes", file("{}", [], 2n ** 64n - 1n), "over the limit of 100 MB"],
    ["a header that is not JSON", file("{'a'}"), "its header is not JSON"],
    ["a header that is not UTF-8", file("{}", [255, 125], 4n), "its header is not JSON"],
    ["a header that is a list", file([]), "its header is not a JSON object"],
    ["metadata that are no object", file({ __metadata__: 1 }), "__metadata__ is not an object"],
    ["metadata that are no text", file({ __metadata__: { a: 1 } }), '__metadata__ "a" is no text'],
    ["a tensor that is no object", file({ w: null }), 'tensor "w" is not an object'],
    ["no dtype", file({ w: { shape: [], data_offsets: [0, 1] } }, [0]), 'tensor "w" has no dtype'],
    [
      "a dtype that cannot be read",
      file({ w: { dtype: "F8_E4M3", shape: [1], data_offsets: [0, 1] } }, [0]),
      'a: tensor "w" has type "F8_E4M3"; I64, F64, F32, U32, I32, BF16, F16, U16, I16, U8, I8, BOOL can be read',
    ],
    [
      "a dtype named as a method of JavaScript",
      file({ w: { dtype: "toString", shape: [1], data_offsets: [0, 1] } }, [0]),
      'has type "toString"',
    ],
    ["a negative size", file(u8([-1], 0, 1), [0]), 'the shape of tensor "w" is not a list'],
    ["half a size", file(u8([0.5], 0, 1), [0]), 'the shape of tensor "w" is not a list'],
    ["a shape that overflows", file(u8([2 ** 52, 2 ** 52], 0, 1), [0]), "that is too large"],
    ["one offset", file({ w: { dtype: "U8", shape: [1], data_offsets: [0] } }, [0]), "are not two integers"],
    ["offsets backwards", file(u8([1], 1, 0), [0]), 'the data_offsets of tensor "w", [1,0], run backwards'],
    [
      "offsets that do not fit the shape",
      file(u8([3], 0, 2), [0, 0]),
      "U8[3], needs 3 bytes, but its offsets give it 2",
    ],
    ["a hole before a tensor", file(u8([1], 1, 2), [0, 0]), "from 1 on, leave a hole before them"],
    [
      "tensors that overlap",
      file({ ...u8([2], 0, 2), x: { dtype: "U8", shape: [2], data_offsets: [1, 3] } }, [0, 0, 0]),
      'the bytes of tensor "x", from 1 on, overlap those of the tensor before it',
    ],
    ["data cut short", file(u8([4], 0, 4), [0, 0]), 'is cut short: tensor "w" ends at byte 4 of 2 after the header'],
    ["trailing bytes", file(u8([1], 0, 1), [0, 0]), "has 1 bytes after its last tensor that belong to none"],
    [
      "a bool that is neither",
      file({ w: { dtype: "BOOL", shape: [2], data_offsets: [0, 2] } }, [1, 2]),
      'tensor "w" is BOOL, but element 1 is 2, not 0 or 1',
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, "a")).toThrow(message);
    expect(() => decodeSafetensors(bytes, "a")).toThrow(
      expect.objectContaining({ name: "StriateError", code: "checkpoint" }),
    );
  });

  test("reads or refuses 500 damaged copies of a file", () => {
    for (const damaged of mutations(OFFICIAL, 500)) {
      try {
        decodeSafetensors(damaged, "damaged");
      } catch (error) {
        expect(error).toBeInstanceOf(StriateError);
      }
    }
  });
});
