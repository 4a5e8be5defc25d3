import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { asError, StriateError } from "../../errors.ts";
import { CONFIG_FILE } from "./config.ts";

/** The files of a run, beside its configuration. */
export const HISTORY_FILE = "history.jsonl";
/** Pictures that could not be read, where there are any. */
export const PROBLEMS_FILE = "problems.jsonl";
export const CHECKPOINT_FILE = "checkpoint.safetensors";
export const MODEL_FILE = "model.safetensors";

const RUNS = "runs";

/** What a folder holds; nothing when it does not exist. */
export async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    const error: NodeJS.ErrnoException = asError(thrown);
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw folderError(folder, "cannot be read", thrown);
  }
}

/** @throws StriateError `usage` when the folder holds a run already. */
export async function checkFree(folder: string): Promise<void> {
  const found = await listFolder(folder);
  const own = [CONFIG_FILE, HISTORY_FILE, CHECKPOINT_FILE, MODEL_FILE].find((name) => found.includes(name));
  if (own === undefined) return;
  throw new StriateError(
    "usage",
    `--out ${folder} holds a run already (${own}); go on with it by --resume, or give another folder`,
  );
}

/**
 * Makes the folder of a new run: the one asked for, else `runs/NAME`, or the first of `runs/NAME-2`, `runs/NAME-3`, ...
 * that does not exist.
 * @throws StriateError `io` when it cannot be made
 */
export async function createRunFolder(asked: string | undefined, name: string): Promise<string> {
  await makeFolder(asked ?? RUNS, true);
  if (asked !== undefined) return asked;
  for (let number = 1; ; number++) {
    const folder = `${RUNS}/${name}${number === 1 ? "" : `-${number}`}`;
    if (await makeFolder(folder, false)) return folder;
  }
}

/** @returns false when a new folder was wanted and something of that name exists */
async function makeFolder(folder: string, mayExist: boolean): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: mayExist });
    return true;
  } catch (thrown) {
    const error: NodeJS.ErrnoException = asError(thrown);
    if (error.code === "EEXIST" && !mayExist) return false;
    throw folderError(folder, "the folder of the run cannot be made", thrown);
  }
}

/** Removes what a killed writer has left. */
export async function removeLeftovers(folder: string): Promise<void> {
  const left = (await listFolder(folder)).filter((name) => /^\.striate-.*\.tmp$/.test(name));
  try {
    for (const name of left) await rm(join(folder, name), { force: true });
  } catch (thrown) {
    throw folderError(folder, "the remains of a killed run cannot be removed", thrown);
  }
}

/** The runs that lie in `runs/`, for a message. */
export async function knownRuns(): Promise<string> {
  const runs: string[] = [];
  for (const name of await listFolder(RUNS)) {
    const folder = `${RUNS}/${name}`;
    if ((await listFolder(folder)).includes(CONFIG_FILE)) runs.push(folder);
  }
  return runs.length > 0
    ? `there are ${runs.join(", ")}`
    : `there is none in ${RUNS}/ either; make one by striate train`;
}

function folderError(folder: string, what: string, thrown: unknown): StriateError {
  const message = `${folder}: ${what} (${asError(thrown).message}); check the path and its permissions, or give another`;
  return new StriateError("io", message, { cause: thrown });
}
