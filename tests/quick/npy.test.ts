import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bytesAccess, encodeZip } from "#striate/files/index";
import { decodeNpy, encodeNpy, encodeNpz, readNpz } from "#striate/formats/index";
import { DTYPES, fromNumbers, type Tensor, zeros } from "#striate/tensor/tensor";
import { readsOrRefuses, refusal } from "../support/fuzz.ts";
import { readGolden } from "../support/goldens.ts";

// Written by NumPy: see goldens/make_numpy_files.py.
const FOLDER = new URL("../goldens/numpy/", import.meta.url);
const golden = (name: string) => new Uint8Array(readFileSync(new URL(name, FOLDER)));
const EXPECTED =
  readGolden<Record<string, { dtype: string; shape: number[]; values: string[] }>>("numpy/expected.json");
const TYPES: Readonly<Record<string, string>> = {
  float16: "float32",
  float32: "float32",
  float64: "float64",
  int8: "int32",
  int16: "int32",
  int32: "int32",
  int64: "int64",
  uint8: "uint8",
  uint16: "int32",
  uint32: "int64",
  bool: "bool",
};

/** Elements as Python writes them with `str`. */
function pythonTexts({ dtype, data }: Tensor): string[] {
  if (dtype === "bool") return Array.from(data as Uint8Array, (bit) => (bit === 1 ? "True" : "False"));
  return Array.from(data as Iterable<number | bigint>, String);
}

/** A file of version 1 from its header's text and the bytes after it. */
function file(header: string, data: readonly number[] = [], version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.from([0x93, ...new TextEncoder().encode("NUMPY"), version, 0, ...length, ...text, ...data]);
}

const f4 = (shape: string, order = "False") => `{'descr': '<f4', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

describe("NumPy's files", () => {
  test.each(Object.keys(EXPECTED))("%s is read", (name) => {
    const tensor = decodeNpy(golden(`${name}.npy`), name);
    const { dtype, shape, values } = EXPECTED[name] ?? { dtype: "", shape: [], values: [] };
    expect({ dtype: tensor.dtype, shape: tensor.shape }).toEqual({ dtype: TYPES[dtype], shape });
    const numeric = (texts: string[]) => texts.map((text) => (/inf|Infinity/.test(text) ? "inf" : text.toLowerCase()));
    if (dtype.startsWith("float")) {
      expect([...(tensor.data as Float32Array)]).toEqual(values.map((v) => Number(v.replace("inf", "Infinity"))));
    } else expect(numeric(pythonTexts(tensor))).toEqual(numeric(values));
  });

  test.each([1, 2, 3])("version %i of the format is read", (version) => {
    expect(decodeNpy(golden(`version${version}.npy`), "a")).toEqual(decodeNpy(golden("f4.npy"), "a"));
  });

  test.each(readdirSync(FOLDER).filter((name) => name.startsWith("refused")))("%s is refused", async (name) => {
    const message = await refusal(() => decodeNpy(golden(name), name));
    expect(message).toMatch(/has elements (of type "|with fields)/);
    if (name.includes("object")) expect(message).toContain("a pickle, which is never run");
  });

  test.each(["f4", "f8", "i4", "i8", "u1", "b1", "scalar", "empty"])("Striate writes %s byte for byte", (name) => {
    const bytes = golden(`${name}.npy`);
    expect(Buffer.concat(encodeNpy(decodeNpy(bytes, name))).equals(bytes)).toBe(true);
  });

  test("what is read is a view of the file where it can be", () => {
    const bytes = golden("f4.npy");
    expect(decodeNpy(bytes, "a").data.buffer).toBe(bytes.buffer);
  });
});

describe("decodeNpy refuses", () => {
  test.each<[string, Uint8Array, string]>([
    ["an empty file", new Uint8Array(), "data: a: is no .npy file"],
    ["another file", new Uint8Array(100), "data: a: is no .npy file"],
    ["version 4", file(f4("()"), [0, 0, 0, 0], 4), "of version 4; versions 1 to 3 can be read"],
    ["a header cut short", file(f4("()")).subarray(0, 30), "its header has"],
    ["a header of 4 GB", Uint8Array.of(0x93, 78, 85, 77, 80, 89, 2, 0, 255, 255, 255, 255), "over the limit"],
    [
      "elements cut short",
      file(f4("(2,)"), [0, 0, 0, 0]),
      "is cut short, or damaged: <f4 of shape [2] needs 8 bytes, but 4",
    ],
    ["trailing bytes", file(f4("()"), [0, 0, 0, 0, 0]), "needs 4 bytes, but 5 follow"],
    ["a shape that overflows", file(f4("(9007199254740991, 9007199254740991)")), "needs 3.245"],
    ["a negative size", file(f4("(-1,)")), "a string, True, False, an integer, a tuple or a list is expected"],
    ["a number for a shape", file(f4("(3)"), []), '"," is expected'],
    ["65 axes", file(f4(`(${"1,".repeat(65)})`), [0, 0, 0, 0]), "has 65 axes"],
    ["code", file("__import__('os').system('true')\n"), '"{" is expected at character 0, not "__import__'],
    ["code as a value", file("{'descr': exec('1'), }\n"), 'is expected at character 10, not "exec'],
    ["a key twice", file("{'descr': '<f4', 'descr': '<f4', }\n"), "a key that is new is expected"],
    ["a key too many", file("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'x': 1}\n"), "is not of the form"],
    ["a key missing", file("{'descr': '<f4', 'shape': ()}\n"), "is not of the form"],
    ["text after the dict", file(`${f4("()")} x`), "the end is expected"],
    ["lists in lists without end", file(`{'descr': ${"[".repeat(50_000)}`), "no deeper nesting is expected"],
    ["a string with an escape", file("{'descr': '\\x3cf4', }\n"), "a string, True"],
    ["a bool that is neither", file("{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}", [2]), "element 0 is 2"],
    ["native byte order", file("{'descr': '=f4', 'fortran_order': False, 'shape': ()}", [0, 0, 0, 0]), 'type "=f4"'],
    [
      "a type named as a JavaScript method",
      file("{'descr': '<toString', 'fortran_order': False, 'shape': ()}"),
      "toString",
    ],
  ])("%s", async (_, bytes, message) => {
    expect(await refusal(() => decodeNpy(bytes, "a"))).toContain(message);
  });

  test("500 damaged files, or reads them", async () => {
    await readsOrRefuses(golden("fortran.npy"), 500, (damaged) => decodeNpy(damaged, "damaged"));
  });
});

describe(".npz", () => {
  const TENSORS = new Map<string, Tensor>([
    ...DTYPES.map((dtype): [string, Tensor] => [dtype, fromNumbers(dtype, [2, 2], [1, 0, 0, 1])]),
    ["deep/name", zeros("float32", [0])],
  ]);

  test("NumPy's are read, stored and deflated", async () => {
    const stored = await readNpz(bytesAccess(golden("stored.npz"), "a"), "a");
    expect([...stored.keys()]).toEqual(["a/b", "c"]);
    expect(stored.get("a/b")).toEqual(decodeNpy(golden("f4.npy"), "a"));
    const deflated = await readNpz(bytesAccess(golden("deflated.npz"), "a"), "a");
    expect(deflated.get("x")).toEqual(decodeNpy(golden("fortran.npy"), "a"));
  });

  test.each([false, true])(
    "what is written is read (compress: %s), and the same again is the same file",
    async (compress) => {
      const file = Buffer.concat(await encodeNpz(TENSORS, { compress }));
      expect(await readNpz(bytesAccess(file, "a"), "a")).toEqual(TENSORS);
      expect(Buffer.concat(await encodeNpz(TENSORS, { compress })).equals(file)).toBe(true);
    },
  );

  test("a zip with something else in it is refused", async () => {
    const file = Buffer.concat(await encodeZip([{ name: "readme.txt", data: new Uint8Array(3) }]));
    expect(await refusal(() => readNpz(bytesAccess(file, "a"), "a"))).toContain('holds "readme.txt", which is no .npy');
  });

  test("300 damaged files are read or refused", async () => {
    for (const name of ["stored.npz", "deflated.npz"]) {
      const { refused } = await readsOrRefuses(golden(name), 300, (bytes) => readNpz(bytesAccess(bytes, "d"), "d"));
      expect(refused).toBeGreaterThan(150);
    }
  });
});
