import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { StriateError } from "#striate/errors";
import { writeFileAtomic } from "#striate/files/atomic";

let folder = "";
let path = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "striate-atomic-"));
  path = join(folder, "checkpoint");
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const bytes = (text: string) => new TextEncoder().encode(text);

/** Makes a method of every open file fail as the operating system would. */
async function failWith(method: "write" | "sync", code: string): Promise<void> {
  const handle = await open(folder, "r");
  const prototype: { write(): Promise<unknown>; sync(): Promise<unknown> } = Object.getPrototypeOf(handle);
  await handle.close();
  vi.spyOn(prototype, method).mockRejectedValue(Object.assign(new Error(`${code}: simulated`), { code }));
}

test("writes one array, or many in order", async () => {
  await writeFileAtomic(path, bytes("whole"));
  expect(await readFile(path, "utf8")).toBe("whole");
  await writeFileAtomic(path, [bytes("in "), bytes(""), bytes("parts")]);
  expect(await readFile(path, "utf8")).toBe("in parts");
  await writeFileAtomic(path, []);
  expect(await readFile(path, "utf8")).toBe("");
  expect(await readdir(folder)).toEqual(["checkpoint"]);
});

test("the old file is whole while the new one is written", async () => {
  await writeFile(path, "old");
  function* chunks() {
    yield bytes("new");
    seen.push(readFile(path, "utf8"));
    yield bytes("er");
  }
  const seen: Promise<string>[] = [];
  await writeFileAtomic(path, chunks());
  expect(await Promise.all(seen)).toEqual(["old"]);
  expect(await readFile(path, "utf8")).toBe("newer");
});

test("writers of the same file do not mix", async () => {
  const texts = ["a", "b", "c", "d"].map((letter) => letter.repeat(100_000));
  await Promise.all(texts.map((text) => writeFileAtomic(path, [bytes(text), bytes(text)])));
  expect(texts.map((text) => text + text)).toContain(await readFile(path, "utf8"));
  expect(await readdir(folder)).toEqual(["checkpoint"]);
});

describe("after a failure the old file is whole, nothing else is left, and the error tells what to do", () => {
  beforeEach(() => writeFile(path, "old"));
  afterEach(async () => {
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["checkpoint"]);
  });

  test.each([
    ["write", "ENOSPC", "the disk is full; free some space or write to another place (ENOSPC: simulated)"],
    ["sync", "EIO", "the disk failed; check it, and write to another place (EIO: simulated)"],
    ["write", "EROFS", "the disk is read-only; write to another place (EROFS: simulated)"],
    ["write", "EOTHER", "EOTHER: simulated"],
  ] as const)("%s fails with %s", async (method, code, advice) => {
    await failWith(method, code);
    const error = await writeFileAtomic(path, bytes("new")).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StriateError);
    expect(error).toMatchObject({
      code: "io",
      message: `${path}: could not be written: ${advice}`,
      cause: { code },
    });
  });

  test("the chunks throw midway", async () => {
    function* chunks() {
      yield bytes("half");
      throw new Error("no more");
    }
    await expect(writeFileAtomic(path, chunks())).rejects.toMatchObject({
      code: "io",
      message: `${path}: could not be written: no more`,
    });
  });

  test("the chunks throw an error of Striate, which comes through", async () => {
    // biome-ignore lint/correctness/useYield: it fails before its first chunk
    function* chunks(): Generator<Uint8Array> {
      throw new StriateError("shape", "does not fit");
    }
    await expect(writeFileAtomic(path, chunks())).rejects.toMatchObject({ code: "shape", message: "does not fit" });
  });

  test("a part of the path is a file", async () => {
    await expect(writeFileAtomic(join(path, "x"), bytes("new"))).rejects.toThrow("a part of the path is a file");
  });

  test("the folder is missing", async () => {
    await expect(writeFileAtomic(join(folder, "none", "x"), bytes("new"))).rejects.toThrow(
      "its folder does not exist; create it first",
    );
  });
});

test("a folder is not replaced", async () => {
  await mkdir(path);
  await expect(writeFileAtomic(path, bytes("new"))).rejects.toThrow("it is a folder; give the name of a file");
  expect(await readdir(folder)).toEqual(["checkpoint"]);
});
