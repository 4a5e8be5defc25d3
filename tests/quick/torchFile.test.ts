import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { bytesAccess, encodeZip, openFile } from "#striate/files/index";
import { flattenTensors, isTorchTensor, type PickleValue, readTorchFile, stateDict } from "#striate/formats/index";
import { readPickle } from "#striate/formats/torch/pickle";
import { fromNumbers, type Tensor } from "#striate/tensor/tensor";
import { readsOrRefuses, refusal } from "../support/fuzz.ts";
import { readGolden } from "../support/goldens.ts";

// Written by PyTorch, some by hand as old versions wrote them: see goldens/make_torch_files.py.
const FOLDER = new URL("../goldens/torch/", import.meta.url);
const golden = (name: string) => new Uint8Array(readFileSync(new URL(name, FOLDER)));
const read = (bytes: Uint8Array) => readTorchFile(bytesAccess(bytes, "a.pth"), "a.pth");
const weights = async (name: string) => stateDict(await read(golden(name)), name);
type Content = Record<string, { shape: number[]; values: string[] }>;
const EXPECTED = readGolden<{ state: Content; new_types: Content }>("torch/expected.json");

const TYPES: Readonly<Record<string, string>> = {
  double: "float64",
  int8: "int32",
  int16: "int32",
  int32: "int32",
  int64: "int64",
  uint8: "uint8",
  bool: "bool",
  scalar: "int64",
};

/** Shapes and elements, as the golden file tells them: numbers as Python's floats, int64 as integers. */
function contentOf(tensors: ReadonlyMap<string, Tensor>, like: Content): Content {
  const entries = Array.from(tensors, ([name, { shape, data }]): [string, Content[string]] => {
    const numbers = Array.from(data as Iterable<number | bigint>);
    const exact = like[name]?.values.every((value) => /^-?\d+$/.test(value)) && data instanceof BigInt64Array;
    return [name, { shape: [...shape], values: exact ? numbers.map(String) : numbers.map((n) => String(Number(n))) }];
  });
  return Object.fromEntries(entries);
}

/** The golden's floats as JavaScript writes them. */
function asWritten(content: Content, exact: ReadonlySet<string>): Content {
  const number = (text: string) => String(text === "inf" ? Number.POSITIVE_INFINITY : Number(text));
  return Object.fromEntries(
    Object.entries(content).map(([name, { shape, values }]) => [
      name,
      { shape, values: exact.has(name) ? values : values.map(number) },
    ]),
  );
}

const STATE = asWritten(EXPECTED.state, new Set(["int64", "scalar"]));

describe("PyTorch's files", () => {
  test.each([
    ["state.pth", "the zip format"],
    ["legacy.pth", "the legacy format"],
    ["checkpoint2.pth", "in a checkpoint, protocol 2"],
    ["checkpoint3.pth", "protocol 3"],
    ["checkpoint4.pth", "protocol 4"],
    ["checkpoint5.pth", "protocol 5"],
    ["checkpoint_legacy.pth", "legacy, protocol 4"],
  ])("%s gives the state dict: %s", async (name) => {
    const tensors = await weights(name);
    expect(contentOf(tensors, EXPECTED.state)).toEqual(STATE);
    for (const [key, { dtype }] of tensors) expect([key, dtype]).toEqual([key, TYPES[key] ?? "float32"]);
  });

  test("uint16 and uint32 tensors", async () => {
    expect(await weights("new_types.pth")).toEqual(
      new Map<string, Tensor>([
        ["u16", fromNumbers("int32", [2], [0, 65535])],
        ["u32", fromNumbers("int64", [1], [2 ** 32 - 1])],
      ]),
    );
  });

  test("as PyTorch 0.1 on Python 2 wrote them, with views of storages", async () => {
    expect(await weights("python2.pth")).toEqual(
      new Map([
        ["a", fromNumbers("float32", [2, 3], [0, 1, 2, 3, 4, 5])],
        ["b", fromNumbers("float32", [2], [3, 4])],
        ["c", fromNumbers("float32", [1], [0])],
        ["d", fromNumbers("float32", [1], [5])],
      ]),
    );
  });

  test("of a big-endian machine", async () => {
    expect(await weights("big_endian.pth")).toEqual(new Map([["a", fromNumbers("float32", [2], [1.5, -2])]]));
  });

  test("from a file on disk", async () => {
    for (const name of ["state.pth", "legacy.pth"]) {
      const path = fileURLToPath(new URL(name, FOLDER));
      const file = await openFile(path);
      const tensors = stateDict(await readTorchFile(file, path), path);
      await file.close();
      expect(contentOf(tensors, EXPECTED.state)).toEqual(STATE);
    }
  });

  test("what else a checkpoint holds", async () => {
    const content = (await read(golden("checkpoint2.pth"))) as Map<string, PickleValue>;
    expect(content.get("epoch")).toBe(3);
    expect(content.get("best")).toBe(0.75);
    expect(content.get("arch")).toBe("tiny");
    expect(content.get("flags")).toEqual([true, null, [1, -1, 2n ** 70n]]);
    expect(content.get("size")).toEqual([2, 3]);
    expect(content.get("device")).toBe("cpu");
    const names = [...flattenTensors(content, "a").keys()];
    expect(names).toContain("state_dict.module.conv.weight");
    expect(names).toContain("optimizer.state.0.step");
  });

  test("tensors that share a storage share memory, and dense ones are views of the file", async () => {
    const bytes = golden("state.pth");
    const tensors = stateDict(await read(bytes), "a");
    expect(tensors.get("shared")?.data.buffer).toBe(bytes.buffer);
    expect(tensors.get("conv.weight")?.data.buffer).toBe(bytes.buffer);
    expect(tensors.get("transposed")?.data.buffer).not.toBe(bytes.buffer);
  });
});

describe("stateDict", () => {
  const tensor = (value: number) => ({ python: "torch.Tensor", tensor: fromNumbers("float32", [1], [value]) });
  const dict = (content: Record<string, PickleValue>) => new Map(Object.entries(content));
  const keys = (content: PickleValue) => [...stateDict(content, "a").keys()];

  test("takes the dict of tensors itself", () => {
    expect(keys(dict({ w: tensor(1), b: tensor(2), epoch: 3 }))).toEqual(["w", "b"]);
  });

  test("finds it under the usual names, one in the other too", () => {
    expect(keys(dict({ epoch: tensor(1), state_dict: dict({ w: tensor(2) }) }))).toEqual(["w"]);
    expect(keys(dict({ model: dict({ state_dict: dict({ w: tensor(2) }) }) }))).toEqual(["w"]);
    expect(keys(dict({ optimizer: dict({ lr: 1 }), mine: dict({ w: tensor(2) }) }))).toEqual(["w"]);
  });

  test("joins the names of blocks by dots", async () => {
    expect([...(await weights("blocks.pth")).keys()]).toEqual(["stem.weight", "head.bias"]);
  });

  test("leaves DataParallel's module. out where all names have it", () => {
    expect(keys(dict({ "module.w": tensor(1), "module.b": tensor(2) }))).toEqual(["w", "b"]);
    expect(keys(dict({ "module.w": tensor(1), b: tensor(2) }))).toEqual(["module.w", "b"]);
  });

  test("says what is there where it cannot tell", async () => {
    const two = dict({ generator: dict({ w: tensor(1) }), critic: dict({ w: tensor(1) }) });
    expect(await refusal(() => stateDict(two, "a.pth"))).toContain(
      'data: a.pth: has several dicts of tensors under its keys "generator", "critic"',
    );
    expect(await refusal(() => stateDict(dict({ epoch: 1 }), "a.pth"))).toContain('no tensors under its keys "epoch"');
    expect(await refusal(() => stateDict([1], "a.pth"))).toContain("holds a list, where a state dict is expected");
  });

  test("does not follow a dict into itself, nor dicts that double at each level", async () => {
    const loop = new Map<string, PickleValue>([["w", tensor(1)]]);
    loop.set("self", loop);
    expect(await refusal(() => stateDict(loop, "a"))).toContain("is nested too deep or in itself");
    let doubled: PickleValue = dict({ w: tensor(1) });
    for (let i = 0; i < 30; i++) doubled = [doubled, doubled];
    expect(await refusal(() => stateDict(dict({ model: dict({ x: doubled, w: tensor(2) }) }), "a"))).toContain(
      "has names of tensors of more than",
    );
  });
});

/** A pickle from instructions, as text with one character a byte. */
const pickle = (code: string) => Uint8Array.from(code, (character) => character.charCodeAt(0));
/** A file in the zip format around a pickle, with storages by key. */
async function file(code: string, storages: Record<string, Uint8Array> = {}): Promise<Uint8Array> {
  const data = Object.entries(storages).map(([key, bytes]) => ({ name: `a/data/${key}`, data: bytes }));
  return Buffer.concat(await encodeZip([{ name: "a/data.pkl", data: pickle(code) }, ...data]));
}
const u32 = (value: number) => String.fromCharCode(...[0, 8, 16, 24].map((shift) => (value >>> shift) & 255));
/** A tensor of storage 0, of `count` float32. */
const tensorCode = (count: number, offset: number, shape: string, strides: string) =>
  `ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuJ${u32(count)}tQJ${u32(offset)}` +
  `(${shape}t(${strides}t\x89Nt` +
  "R";
const SIXTEEN = { 0: new Uint8Array(64) };

describe("no code is run", () => {
  test.each(["evil.pth", "evil_legacy.pth"])("%s, which would call os.system, is refused", async (name) => {
    const message = await refusal(() => read(golden(name)));
    expect(message).toContain(
      'data: a.pth: asks for "posix.system" of Python, which is not plain data; no code was run',
    );
    expect(message).toContain('torch.save(model.state_dict(), "weights.pth")');
    expect(existsSync("/tmp/striate-was-here")).toBe(false);
  });

  test.each<[string, string, string]>([
    ["os.system", "cos\nsystem\n(U\x02lstR.", '"os.system"'],
    ["by STACK_GLOBAL", "\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02ls\x85R.", '"os.system"'],
    ["Python 2's eval", "c__builtin__\neval\n(U\x011tR.", '"builtins.eval"'],
    ["getattr", "cbuiltins\ngetattr\n.", '"builtins.getattr"'],
    ["a name of JavaScript", "cconstructor\nconstructor\n.", '"constructor.constructor"'],
    ["__proto__", "c__proto__\ncall\n.", '"__proto__.call"'],
    ["INST", "(U\x02lsios\nsystem\n.", "the pickle instruction 0x69 at byte 5"],
    ["OBJ", "(cos\nsystem\no.", '"os.system"'],
    ["NEWOBJ_EX", "N)}\x92.", "the pickle instruction 0x92"],
    ["EXT1", "\x82\x01.", "the pickle instruction 0x82"],
    ["a call of a text", "U\x02os)R.", 'calls "os", which cannot be called'],
    ["a call of a class of storage", "ctorch\nFloatStorage\n)R.", "calls torch.FloatStorage, which cannot be called"],
    ["a state for a tensor", `${tensorCode(16, 0, "K\x10", "K\x01")}}b.`, "sets the state of torch.Tensor"],
    ["a parameter without a tensor", "ctorch.nn.parameter\nParameter\n)\x81(NNNNNtb.", "a parameter of None"],
    ["a whole module", "ctorchvision.models.resnet\nResNet\n)\x81.", '"torchvision.models.resnet.ResNet"'],
    ["TorchScript", "c__torch__.Net\nNet\n)\x81.", "is a program of TorchScript (__torch__.Net.Net)"],
    ["quantized storage", "ctorch\nQInt8Storage\n.", "has a tensor in a torch.QInt8Storage"],
  ])("%s", async (_, code, message) => {
    expect(await refusal(async () => read(await file(code, SIXTEEN)))).toContain(message);
  });

  test("a whole module, saved by PyTorch", async () => {
    expect(await refusal(() => read(golden("module.pth")))).toContain('"torch.nn.modules.linear.Linear"');
  });
});

describe("hostile numbers", () => {
  test("a tensor inside its storage is read", async () => {
    const content = await read(await file(`${tensorCode(16, 4, "K\x02K\x03", "K\x04K\x01")}.`, SIXTEEN));
    expect(isTorchTensor(content) && content.tensor).toEqual(fromNumbers("float32", [2, 3], [0, 0, 0, 0, 0, 0]));
  });

  test.each<[string, string, string]>([
    ["an offset outside", tensorCode(16, 16, "K\x01", "K\x01"), 'reaches outside its storage "0" of 16 elements'],
    ["a shape outside", tensorCode(16, 0, "K\x11", "K\x01"), "reaches outside"],
    ["strides outside", tensorCode(16, 0, "K\x02", `J${u32(16)}`), "reaches outside"],
    ["a negative offset", tensorCode(16, 0xffffffff, "K\x01", "K\x01"), "are not integers from 0 on"],
    ["a negative stride", tensorCode(16, 15, "K\x02", `J${u32(0xffffffff)}`), "are not integers from 0 on"],
    ["fewer strides than sizes", tensorCode(16, 0, "K\x02K\x02", "K\x01"), "are not integers from 0 on"],
    [
      "sizes that overflow",
      tensorCode(16, 0, "\x8a\x07\xff\xff\xff\xff\xff\xff\x0f".repeat(3), "K\x00".repeat(3)),
      "outside",
    ],
    ["a storage longer than its file", tensorCode(17, 0, "K\x01", "K\x01"), "has 64 bytes, but its tensors need 68"],
    ["a negative storage", tensorCode(0xffffffff, 0, "K\x01", "K\x01"), "without a name or a number of elements"],
    ["one element repeated 2^31 times", tensorCode(16, 0, "J\xff\xff\xff\x7f", "K\x00"), "bytes or more in memory"],
    [
      "200 tensors that repeat it 2^20 times",
      `(${`${tensorCode(16, 0, `J${u32(2 ** 20)}`, "K\x00")}`.repeat(200)}t`,
      "bytes or more in memory",
    ],
    ["65 axes", tensorCode(16, 0, "K\x01".repeat(65), "K\x01".repeat(65)), "of 65 axes"],
    ["a tensor over a text", "ctorch._utils\n_rebuild_tensor_v2\n(U\x01aK\x00))\x89NtR", 'a tensor over "a"'],
    ["a storage of another name", "U\x01xQ", 'refers to "x", which is no storage'],
  ])("%s", async (_, code, message) => {
    expect(await refusal(async () => read(await file(`${code}.`, SIXTEEN)))).toContain(message);
  });

  test("a storage that is not in the file", async () => {
    const code = `${tensorCode(16, 0, "K\x01", "K\x01")}.`;
    expect(await refusal(async () => read(await file(code)))).toContain('no entry "a/data/0"');
  });
});

describe("hostile pickles", () => {
  const none = { global: () => undefined, persistent: () => ({ python: "x" }), advice: "" };
  const load = (code: string) => readPickle(pickle(code), 0, none, "a").value;

  test("data of all kinds", () => {
    expect(load("I01\n.")).toBe(true);
    expect(load("I-7\n.")).toBe(-7);
    expect(load("L123456789012345678901234567890L\n.")).toBe(123456789012345678901234567890n);
    expect(load("F-1.5e3\n.")).toBe(-1500);
    expect(load("G\x3f\xf8\x00\x00\x00\x00\x00\x00.")).toBe(1.5);
    expect(load("S'a b'\n.")).toBe("a b");
    expect(load("V\\u00e9\\U0001F600\n.")).toBe("é😀");
    expect(load("X\x02\x00\x00\x00\xc3\xa9.")).toBe("é");
    expect(load("C\x02ab.")).toEqual(Uint8Array.of(97, 98));
    expect(load("(lp0\nI1\naI2\na.")).toEqual([1, 2]);
    expect(load("(dp0\nS'k'\nI1\ns.")).toEqual(new Map([["k", 1]]));
    expect(load("(I1\nI2\nd.")).toEqual(new Map([[1, 2]]));
    const loop = load("]q\x00(K\x01h\x00e.") as PickleValue[];
    expect(loop[0]).toBe(1);
    expect(loop[1]).toBe(loop);
    expect(load("M\x00\x01J\xff\xff\xff\xff\x86.")).toEqual([256, -1]);
  });

  test.each<[string, string, string]>([
    ["nothing", "", "its pickle does not end"],
    ["no end", "N", "its pickle does not end"],
    ["an empty stack", ".", "takes from an empty stack"],
    ["a stack that is empty above its mark", "N(2.", "takes from an empty stack"],
    ["a mark that is not there", "t.", "goes back to a mark"],
    ["a memo that is not there", "h\x05.", "takes number 5 from its memo"],
    ["a text of 4 GB", "X\xff\xff\xff\xff.", "its pickle does not end"],
    ["a text of 2^64 bytes", "\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", "its pickle does not end"],
    ["an integer of 2^31 bytes", "\x8b\xff\xff\xff\x7f.", "has an integer of 2147483647 bytes"],
    ["an integer of many digits", `L${"9".repeat(100_000)}L\n.`, "where an integer is"],
    ["a text that is not UTF-8", "X\x01\x00\x00\x00\xff.", "not UTF-8"],
    ["a list as a key", "}]Ns.", "has a dict with a list as a key"],
    ["an odd number of items", "}(Nu.", "a key without a value"],
    ["an append to a number", "K\x01Na.", 'appends to "1", which is no list'],
    ["an item of a list", "]NNs.", "puts an item into a list"],
    ["protocol 6", "\x80\x06N.", "of protocol 6"],
    ["2 million lists", "]".repeat(2_000_000), "more than 1000000 objects"],
    ["2 million values on the stack", "N".repeat(2_000_000), "piles up more than 1000000 values"],
    ["2 million marks", "(".repeat(2_000_000), "more than 100000 open marks"],
    ["2 million empty bytes", `]${`(${"C\x00".repeat(1000)}e`.repeat(2000)}`, "more than 1000000 objects"],
    ["2 million values in the memo", `N${"\x94".repeat(2_000_000)}`, "remembers more than 1000000 values"],
  ])("%s", async (_, code, message) => {
    expect(await refusal(() => load(code))).toContain(message);
  });

  test("lists in lists, 500 000 deep, are no deep recursion", async () => {
    const code = `}S'model'\n${"]".repeat(500_000)}${"a".repeat(499_999)}s.`;
    expect(await refusal(async () => stateDict(await read(await file(code)), "a"))).toContain("no tensors");
  });

  test("lists that hold the one before twice are no exponential work", async () => {
    const code = `]q\x00${Array.from({ length: 60 }, () => "]q\x00(h\x00h\x00e").join("")}.`;
    expect(await refusal(async () => flattenTensors(load(code), "a"))).toContain("is nested too deep or in itself");
  });
});

describe("refused", () => {
  test.each<[string, Uint8Array, string]>([
    ["an empty file", new Uint8Array(), "is no PyTorch file: it begins neither as a zip nor"],
    ["another file", new Uint8Array(1000).fill(65), "is no PyTorch file"],
    ["a plain pickle", pickle("\x80\x02}."), "is no PyTorch file"],
    [
      "a tar",
      Uint8Array.from({ length: 512 }, (_, i) => "ustar".charCodeAt(i - 257) || 0),
      "tar format, from before 0.2",
    ],
    ["a legacy file cut short in its pickle", golden("legacy.pth").subarray(0, 500), "its pickle does not end"],
    ["a legacy file cut short in its storages", golden("legacy.pth").subarray(0, -3), "is cut short, or damaged"],
  ])("%s", async (_, bytes, message) => {
    expect(await refusal(() => read(bytes))).toContain(message);
  });

  test("a zip without a pickle", async () => {
    const bytes = Buffer.concat(await encodeZip([{ name: "x", data: new Uint8Array(1) }]));
    expect(await refusal(() => read(bytes))).toContain("is a zip, but not one of torch.save");
  });

  const files = readdirSync(FOLDER).filter((name) => /^(state|legacy|checkpoint4|python2)\.pth$/.test(name));
  test.each(files)("300 damaged copies of %s, or read", async (name) => {
    const { refused } = await readsOrRefuses(golden(name), 300, async (damaged) => stateDict(await read(damaged), "d"));
    expect(refused).toBeGreaterThan(50);
  });

  test("1000 damaged pickles in whole zips, or read", async () => {
    const legacy = golden("checkpoint_legacy.pth");
    const pickles = legacy.subarray(0, 1400);
    await readsOrRefuses(pickles, 1000, async (damaged) =>
      stateDict(await read(Buffer.concat([damaged, legacy.subarray(1400)])), "d"),
    );
  });
});
