import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { idxFolder, parseIdx, readIdx } from "#striate/data/index";
import { StriateError } from "#striate/errors";
import { mutations } from "../support/mutations.ts";

/** The bytes of an IDX file of unsigned bytes. */
function idx(shape: number[], data: ArrayLike<number>, type = 8): Uint8Array {
  const sizes = shape.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
  return Uint8Array.from([0, 0, type, shape.length, ...sizes, ...Array.from(data)]);
}

const PICTURES = idx([3, 2, 2], [0, 1, 2, 3, 51, 102, 153, 204, 255, 254, 253, 252]);
const LABELS = idx([3], [9, 0, 4]);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "striate-idx-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("parseIdx", () => {
  test("reads plain and gzip files", () => {
    const expected = { dtype: "uint8", shape: [3, 2, 2], data: PICTURES.slice(16) };
    expect(parseIdx(PICTURES, "a")).toEqual(expected);
    expect(parseIdx(gzipSync(PICTURES), "a")).toEqual(expected);
    expect(parseIdx(Uint8Array.of(7, ...PICTURES).subarray(1), "a")).toEqual(expected);
    expect(parseIdx(idx([0], []), "a").shape).toEqual([0]);
  });

  test.each<[string, Uint8Array, string]>([
    ["an empty file", new Uint8Array(), "a.idx: is cut short: 0 bytes are less than the 4"],
    ["a header cut short", PICTURES.slice(0, 10), "is cut short: 10 bytes, but a header of 3 dimensions has 16"],
    ["data cut short", PICTURES.slice(0, -1), "is cut short: its header says [3,2,2], 12 bytes, but 11 follow"],
    ["trailing bytes", Uint8Array.of(...PICTURES, 0, 0), "has 2 bytes too many: its header says [3,2,2], 12 bytes"],
    [
      "another format",
      new TextEncoder().encode("\x89PNG"),
      "a.idx: is no IDX file: it begins with c2 89 50 4e, where pictures have 00 00 08 03 and labels 00 00 08 01",
    ],
    ["no dimension", idx([], []), "it begins with 00 00 08 00"],
    ["a type that does not exist", idx([1], [0], 7), "it begins with 00 00 07 01"],
    ["floats", idx([1], [0, 0, 0, 0], 0x0d), "holds 32-bit floats; only unsigned bytes (type 0x08) can be read"],
    ["sizes beyond any file", idx(Array(255).fill(0xffffffff), []), "is cut short: its header says [4294967295,"],
    ["sizes beyond any file times 0", idx([...Array(254).fill(0xffffffff), 0], [1]), "has 1 bytes too many"],
    ["gzip cut short", gzipSync(PICTURES).subarray(0, 20), "a.idx: its gzip data are cut short. Get the file again"],
    ["damaged gzip", gzipSync(PICTURES).fill(255, 10, 16), "a.idx: its gzip data are damaged ("],
    ["gzip inside gzip", gzipSync(gzipSync(PICTURES)), "it begins with 1f 8b 08 00"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => parseIdx(bytes, "a.idx")).toThrow(message);
    expect(() => parseIdx(bytes, "a.idx")).toThrow(expect.objectContaining({ name: "StriateError", code: "data" }));
  });

  test("unpacks no more than it may", () => {
    const bomb = gzipSync(new Uint8Array(2 ** 20));
    expect(() => parseIdx(bomb, "a.idx", { maxBytes: 1000 })).toThrow(
      "a.idx: unpacks to more, where at most 1000 bytes are read. If the file is good, raise maxBytes",
    );
  });

  test.each([
    ["plain", PICTURES],
    ["gzip", gzipSync(PICTURES)],
  ])("reads or refuses 300 damaged copies of a %s file", (_, file) => {
    for (const damaged of mutations(file, 300)) {
      try {
        parseIdx(damaged, "damaged");
      } catch (error) {
        expect(error).toBeInstanceOf(StriateError);
      }
    }
  });
});

describe("readIdx", () => {
  test("reads a file", async () => {
    await writeFile(join(folder, "labels.gz"), gzipSync(LABELS));
    expect([...(await readIdx(join(folder, "labels.gz"))).data]).toEqual([9, 0, 4]);
  });

  test("refuses a missing file, a folder, a large file", async () => {
    const missing = join(folder, "missing");
    await expect(readIdx(missing)).rejects.toThrow(`${missing}: there is no such file. Check the path`);
    await expect(readIdx(folder)).rejects.toThrow(`${folder}: is a folder, where an IDX file is expected`);
    await writeFile(join(folder, "large"), PICTURES);
    await expect(readIdx(join(folder, "large"), { maxBytes: 20 })).rejects.toThrow("has 28 bytes, where at most 20");
    await expect(readIdx(join(folder, "large", "x"))).rejects.toMatchObject({ name: "StriateError", code: "io" });
  });
});

describe("idxFolder", () => {
  let count = 0;
  async function folderOf(files: Record<string, Uint8Array>): Promise<string> {
    const path = join(folder, `set${count++}`);
    await mkdir(path);
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(path, name), bytes);
    return path;
  }
  const GOOD = {
    "train-images-idx3-ubyte": PICTURES,
    "train-labels-idx1-ubyte.gz": gzipSync(LABELS),
    "t10k-images.idx3-ubyte.gz": gzipSync(PICTURES),
    "t10k-labels.idx1-ubyte": LABELS,
  };

  test("finds the files under each of their names", async () => {
    const { train, test } = await idxFolder(await folderOf(GOOD));
    expect(train).toMatchObject({ length: 3, inputShape: [2, 2, 1], classes: 10 });
    expect(test).toMatchObject({ length: 3, inputShape: [2, 2, 1], classes: 10 });
    const { inputs, targets } = await train.read([1]);
    expect([...inputs.data]).toEqual([51, 102, 153, 204].map((x) => Math.fround(x / 255)));
    expect([...targets.data]).toEqual([0]);
  });

  test.each<[string, Partial<Record<keyof typeof GOOD, Uint8Array>>, string[]]>([
    [
      "pictures and labels that differ in number",
      { "t10k-labels.idx1-ubyte": idx([2], [1, 2]) },
      ["t10k-images.idx3-ubyte.gz holds 3 pictures, but", "t10k-labels.idx1-ubyte 2 labels"],
    ],
    [
      "a label outside the classes",
      { "t10k-labels.idx1-ubyte": idx([3], [1, 2, 12]) },
      ["t10k-labels.idx1-ubyte: label 12 at index 2 is outside the 10 classes"],
    ],
    [
      "labels where pictures are expected",
      { "train-images-idx3-ubyte": LABELS },
      ["train-images-idx3-ubyte: holds [3], where pictures are [count,height,width]", "look swapped"],
    ],
    [
      "pictures where labels are expected",
      { "train-labels-idx1-ubyte.gz": PICTURES },
      ["train-labels-idx1-ubyte.gz: holds [3,2,2], where labels are [count]", "look swapped"],
    ],
    ["pictures of rank 4", { "train-images-idx3-ubyte": idx([1, 1, 1, 1], [0]) }, ["holds [1,1,1,1], where"]],
    ["no pictures", { "train-images-idx3-ubyte": idx([0, 2, 2], []) }, ["holds no pictures: [0,2,2]"]],
    [
      "pictures of two sizes",
      { "t10k-images.idx3-ubyte.gz": idx([3, 1, 2], [1, 2, 3, 4, 5, 6]) },
      ["training are [2,2,1], those for the test [1,2,1]"],
    ],
  ])("refuses %s", async (_, files, messages) => {
    const path = await folderOf({ ...GOOD, ...files });
    const error = await idxFolder(path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StriateError);
    for (const message of [path, ...messages]) expect(String(error)).toContain(message);
  });

  test("a label is checked against the classes given", async () => {
    const path = await folderOf(GOOD);
    await expect(idxFolder(path, { classes: 9 })).rejects.toThrow("label 9 at index 0 is outside the 9 classes");
    await expect(idxFolder(path, { classNames: ["a", "b"] })).rejects.toThrow("outside the 2 classes");
  });

  test("lists what it looked for in an empty or incomplete folder", async () => {
    const empty = await folderOf({});
    await expect(idxFolder(empty)).rejects.toThrow(
      `${empty}: the folder is empty. Looked for\n` +
        "  one of train-images-idx3-ubyte, train-images-idx3-ubyte.gz, " +
        "train-images.idx3-ubyte, train-images.idx3-ubyte.gz\n  one of train-labels-idx1-ubyte, ",
    );
    const partial = await folderOf({ "train-images-idx3-ubyte": PICTURES, "t10k-images-idx3-ubyte": PICTURES });
    await expect(idxFolder(partial)).rejects.toThrow(
      /files of the data set are missing. Looked for\n {2}one of train-labels.*\n {2}one of t10k-labels.*$/,
    );
  });

  test("refuses a folder that is missing or a file", async () => {
    const missing = join(folder, "none");
    await expect(idxFolder(missing)).rejects.toThrow(
      `${missing}: there is no such folder. Give a folder that holds train-images-idx3-ubyte, train-labels-idx1-ubyte, `,
    );
    const file = join(await folderOf(GOOD), "train-images-idx3-ubyte");
    await expect(idxFolder(file)).rejects.toThrow(`${file}: is not a folder`);
  });
});
