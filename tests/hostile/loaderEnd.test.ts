// What is left when a loader ends: nothing that is open, and nobody who waits.
import { execFile } from "node:child_process";
import { readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { arrays, loader } from "#striate/data/index";
import { fromNumbers, zeros } from "#striate/tensor/index";
import { temporaryFolder } from "../support/pictureFolder.ts";

const examples = () =>
  arrays({ inputs: zeros("float32", [64, 16, 16, 1]), targets: fromNumbers("int32", [64], new Array(64).fill(0)) });

function openFiles(): readonly string[] {
  return readdirSync("/proc/self/fd").flatMap((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      return []; // the folder that was just read
    }
  });
}

test.skipIf(process.platform !== "linux")("loaders that are stopped early leave no file open", async () => {
  const before = openFiles().length;
  const ends = Array.from({ length: 12 }, async () => {
    const stop = new AbortController();
    const early = loader(examples(), { workers: 2, signal: stop.signal });
    const read = early.read([0, 1], { upcoming: [[2, 3]] });
    stop.abort();
    await expect(read).rejects.toThrow("reading was interrupted");
    await early.close();
  });
  await Promise.all(ends);
  expect(openFiles().filter((name) => name.endsWith(".js"))).toEqual([]);
  expect(openFiles().length).toBeLessThanOrEqual(before + 6);
});

test("a program that waits for the end of a loader while batches are on their way goes on", async () => {
  const module = join(import.meta.dirname, "../../dist/data/index.js");
  const script = `
    const { arrays, loader } = await import(${JSON.stringify(module)});
    const inputs = { dtype: "float32", shape: [64, 32, 32, 1], data: new Float32Array(65536) };
    const targets = { dtype: "int32", shape: [64], data: new Int32Array(64) };
    for (let i = 0; i < 5; i++) {
      const made = loader(arrays({ inputs, targets }), { workers: 2 });
      await made.read([0, 1, 2, 3], { upcoming: [[4, 5], [6, 7], [8, 9]] });
      if (i % 2) await new Promise((resolve) => setTimeout(resolve, i));
      await made.close();
    }
    console.log("closed");`;
  const path = join(temporaryFolder(), "program.mjs");
  writeFileSync(path, script);
  const { stdout } = await promisify(execFile)(process.execPath, [path]);
  expect(stdout).toBe("closed\n");
});
