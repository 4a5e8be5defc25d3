import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { z } from "zod";
import { listed, nameText } from "../../checks/index.ts";
import { mapLimited } from "../../data/files/pool.ts";
import { asError, StriateError } from "../../errors.ts";
import { writeFileAtomic } from "../../formats/index.ts";
import type { LabelledData } from "../data/labelledData.ts";
import { listFolder } from "./folder.ts";

/** Which files a run learns from and is measured by, a line of JSON for each: by it a resume knows that they changed. */
const DATA_FILE = "data.jsonl";

const lineSchema = z.strictObject({
  part: z.enum(["train", "validation", "test"]).exactOptional(),
  class: z.string().exactOptional(),
  /** From the folder of the data on. */
  path: z.string(),
  bytes: z.int().nonnegative(),
  /** Of files that hold many pictures. */
  sha256: z.string().exactOptional(),
});

/** A file of some data. */
export type DataFile = z.infer<typeof lineSchema>;

/**
 * The files of some data: each picture's part, class, path and size; of IDX files their content too. None of the sample
 * that comes along.
 */
export async function dataFiles(source: string, data: LabelledData): Promise<readonly DataFile[]> {
  const parts = (["train", "validation", "test"] as const).flatMap((part) =>
    (data.pictures[part] ?? []).map(({ path, label }) => ({ part, class: data.classNames[label] ?? "", path })),
  );
  const files: DataFile[] = await mapLimited(parts, AT_A_TIME, async ({ path, ...about }) => {
    return { ...about, path: relative(source, path), bytes: await sizeOf(path) };
  });
  for (const name of data.archives) {
    const content = await readFile(join(source, name));
    files.push({ path: name, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") });
  }
  return files;
}

/** Files that are looked at at a time. */
const AT_A_TIME = 16;

async function sizeOf(path: string): Promise<number> {
  // One that cannot be read by now is told where it is read.
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

export async function writeDataRecord(folder: string, files: readonly DataFile[]): Promise<void> {
  if (files.length === 0) return;
  const lines = files.map((file) => `${JSON.stringify(file)}\n`);
  await writeFileAtomic(join(folder, DATA_FILE), new TextEncoder().encode(lines.join("")));
}

/**
 * Compares the files of a run's data with those that it was started with; a run of an older version has no record of them.
 * @param advice what to do where they changed
 * @throws StriateError `data` that says what was added, removed and changed
 */
export async function checkDataRecord(folder: string, files: readonly DataFile[], advice: string): Promise<void> {
  const recorded = await recordedFiles(folder);
  if (!recorded) return;
  const [before, now] = [recorded, files].map((all) => new Map(all.map((file) => [file.path, contentOf(file)])));
  if (!before || !now) return;
  const changes = [
    ["added", [...now.keys()].filter((path) => !before.has(path))],
    ["removed", [...before.keys()].filter((path) => !now.has(path))],
    ["changed", [...now.keys()].filter((path) => before.has(path) && before.get(path) !== now.get(path))],
  ] as const;
  const words = changes
    .filter(([, paths]) => paths.length > 0)
    .map(([what, paths]) => `${paths.length} ${what} (${listed(paths, SHOWN)})`);
  if (words.length === 0) return;
  throw new StriateError(
    "data",
    `the data of ${nameText(folder)} has changed since it began: ${words.join(", ")}. ${advice}`,
  );
}

/** The files that a run was started with; undefined for one of an older version. */
export async function recordedFiles(folder: string): Promise<readonly DataFile[] | undefined> {
  if (!(await listFolder(folder)).includes(DATA_FILE)) return undefined;
  return readDataRecord(join(folder, DATA_FILE));
}

/** Names of files in a message. */
const SHOWN = 3;

function contentOf({ class: name, bytes, sha256 }: DataFile): string {
  return JSON.stringify([name, bytes, sha256]);
}

async function readDataRecord(path: string): Promise<readonly DataFile[]> {
  try {
    const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
    return lines.map((line) => lineSchema.parse(JSON.parse(line)));
  } catch (thrown) {
    const reason = thrown instanceof z.ZodError ? z.prettifyError(thrown) : asError(thrown).message;
    throw new StriateError("data", `${path} is not what a run of Striate writes: ${reason}`, { cause: thrown });
  }
}
