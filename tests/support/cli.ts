// Runs the `striate` command as a user does, on tiny data.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { uniform } from "#striate/tensor/random";
import { runInServer } from "./commandServer.ts";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export interface Finished {
  /** The exit code; null when a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly process: ChildProcess;
  /** Resolves when the output holds this text, fails when the process ends before. */
  saw(text: string): Promise<void>;
  readonly finished: Promise<Finished>;
}

/** Starts the command in a folder. */
export function start(cwd: string, ...args: readonly string[]): Started {
  const { npm_lifecycle_event: _, ...env } = process.env;
  return watch(spawn(process.execPath, [MAIN, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] }));
}

/** Starts the command by a line of shell; "$@" in it is the command. */
export function startInShell(cwd: string, line: string, ...args: readonly string[]): Started {
  const command = ["-c", line, "sh", process.execPath, MAIN, ...args];
  return watch(spawn("sh", command, { cwd, stdio: ["ignore", "pipe", "pipe"] }));
}

function watch(child: ChildProcess): Started {
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  const finished = once(child, "close").then(([code]) => ({ code: code as number | null, stdout, stderr }));
  const saw = async (text: string) => {
    const closed = finished.then(() => "closed");
    const seen = () => `${stdout}\n${stderr}`.includes(text);
    while (!seen()) {
      const output = [child.stdout, child.stderr].map((stream) => once(stream ?? child, "data"));
      const event = await Promise.race([closed, ...output]);
      if (event === "closed" && !seen()) throw new Error(`no ${text} in ${stdout}\n${stderr}`);
    }
  };
  return { process: child, saw, finished };
}

/** Runs the command to its end. */
export function striate(cwd: string, ...args: readonly string[]): Promise<Finished> {
  return start(cwd, ...args).finished;
}

/** The lines of standard output, each of which must be JSON. */
export function jsonLines({ stdout }: Finished): Record<string, unknown>[] {
  expect(stdout === "" || stdout.endsWith("\n"), "the output ends with a line").toBe(true);
  const lines = stdout.split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Runs the command with --json, which must succeed. */
export async function json(cwd: string, ...args: readonly string[]): Promise<Record<string, unknown>[]> {
  const finished = await striate(cwd, ...args, "--json");
  expect(finished, finished.stderr).toMatchObject({ code: 0 });
  return jsonLines(finished);
}

/**
 * Runs the command, which must fail: with this exit code, and one line on standard error that holds these words.
 * @returns the line
 */
export async function failure(code: number, words: string, cwd: string, ...args: readonly string[]): Promise<string> {
  const finished = await runInServer(cwd, args);
  expectFailure(finished, code, words);
  expect(finished.stdout).toBe("");
  return finished.stderr;
}

/** Checks that the command has failed with this exit code, no stack trace, and a message that holds these words. */
export function expectFailure(finished: Finished, code: number, words: string): void {
  const { stderr } = finished;
  expect(stderr).not.toMatch(/^ {4}at /m);
  // A list in a message has lines of its own, which are indented.
  const [said = "", ...more] = stderr.split("\n").filter((line) => line.startsWith("striate: "));
  expect(more).toEqual([]);
  expect(stderr.slice(stderr.indexOf(said))).toContain(words);
  expect(finished.code).toBe(code);
}

/** The bytes of an IDX file of unsigned bytes. */
export function idx(shape: readonly number[], data: ArrayLike<number>): Uint8Array {
  const sizes = shape.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
  return Uint8Array.from([0, 0, 8, shape.length, ...sizes, ...Array.from(data)]);
}

const CLASSES = 3;
const SIZE = 8;

/** Options of `train` for a net that takes no time. */
export const SMALL_NET: readonly string[] =
  "--model lenet --filters 2,3 --kernel-size 3 --batch-size 8 --engine onnxruntime --threads 1".split(" ");

/** The same, on data in the folder `data`. */
export const SMALL: readonly string[] = ["--data", "data", "--classes", "3", ...SMALL_NET];

/** Pictures of 8x8 in which the rows of their class are bright, and their labels, as two IDX files. */
function pictures(count: number, counter: number): { images: Uint8Array; labels: Uint8Array } {
  const labels = Array.from({ length: count }, (_, i) => i % CLASSES);
  const noise = uniform({ seed: 1, stream: "tests/cli", counter }, count * SIZE * SIZE);
  const bytes = Array.from(noise, (u, i) => {
    const [picture, row] = [Math.floor(i / (SIZE * SIZE)), Math.floor((i % (SIZE * SIZE)) / SIZE)];
    return Math.floor(128 * u) + (row % CLASSES === labels[picture] ? 100 : 0);
  });
  return { images: idx([count, SIZE, SIZE], bytes), labels: idx([count], labels) };
}

/** The files of a small data set by name: 64 pictures to train, 30 to test. */
export function dataFiles(): Record<string, Uint8Array> {
  const [train, test] = [pictures(64, 0), pictures(30, 1)];
  return {
    "train-images-idx3-ubyte": train.images,
    "train-labels-idx1-ubyte": train.labels,
    "t10k-images-idx3-ubyte": test.images,
    "t10k-labels-idx1-ubyte": test.labels,
  };
}

export async function writeData(folder: string, files: Readonly<Record<string, Uint8Array>> = dataFiles()) {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
}
