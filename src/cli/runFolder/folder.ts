import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { nameText } from "../../checks/index.ts";
import { asError, StriateError } from "../../errors.ts";
import { type LockHolder, type Release, tryLock } from "../../files/index.ts";
import { CONFIG_FILE } from "./config.ts";

/** The files of a run, beside its configuration. */
export const HISTORY_FILE = "history.jsonl";
/** Pictures that could not be read, where there are any. */
export const PROBLEMS_FILE = "problems.jsonl";
export const CHECKPOINT_FILE = "checkpoint.safetensors";
/** The weights of the best epoch by validation loss; without validation the last ones. */
export const MODEL_FILE = "model.safetensors";
/** The weights of the last epoch, where the other file has those of the best one. */
export const LAST_FILE = "last.safetensors";
/** There while a process trains the run. */
const LOCK_FILE = ".lock";

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
  const existing = [CONFIG_FILE, HISTORY_FILE, CHECKPOINT_FILE, MODEL_FILE].find((name) => found.includes(name));
  if (existing === undefined) return;
  throw new StriateError(
    "usage",
    `--out ${folder} holds a run already (${existing}); go on with it by --resume, or give another folder`,
  );
}

/** The folder of a run that this process alone writes into, until it is released. */
export interface LockedFolder {
  readonly folder: string;
  readonly release: Release;
}

/**
 * Makes the folder of a new run and takes its lock: the folder asked for, else `runs/NAME`, or the first of `runs/NAME-2`,
 * `runs/NAME-3`, ... that is free.
 * @throws StriateError `usage` when the folder asked for holds a run or another process works in it, `io` when it cannot
 * be made
 */
export async function createRunFolder(out: string | undefined, name: string): Promise<LockedFolder> {
  if (out !== undefined) {
    await makeFolder(out);
    const release = await lockRun(out);
    try {
      // Another process may have been faster.
      await checkFree(out);
      return { folder: out, release };
    } catch (thrown) {
      await release();
      throw thrown;
    }
  }
  for (let number = 1; ; number++) {
    const folder = `${RUNS}/${name}${number === 1 ? "" : `-${number}`}`;
    const release = await lockIfFree(folder);
    if (release) return { folder, release };
  }
}

/** Takes a folder that does not exist, or in which a run was killed before it began. */
async function lockIfFree(folder: string): Promise<Release | undefined> {
  const isFree = async () => (await listFolder(folder)).every((name) => name.startsWith("."));
  if (!(await isFree())) return undefined;
  await makeFolder(folder);
  const release = await lockOf(folder);
  if (typeof release !== "function") return undefined;
  if (await isFree()) return release;
  await release();
  return undefined;
}

/**
 * Makes this process the only one that writes into the folder of a run.
 * @throws StriateError `usage` that names the process which does so already
 */
export async function lockRun(folder: string): Promise<Release> {
  const release = await lockOf(folder);
  if (typeof release === "function") return release;
  const who =
    release === "unknown"
      ? "another process"
      : `process ${release.pid} on ${nameText(release.host)}, since ${nameText(release.since)}`;
  throw new StriateError(
    "usage",
    `${folder}: is being trained by ${who}; wait for it or end it, or give another folder`,
  );
}

async function lockOf(folder: string): Promise<Release | LockHolder | "unknown"> {
  try {
    return await tryLock(join(folder, LOCK_FILE));
  } catch (thrown) {
    throw folderError(folder, "cannot be written to", thrown);
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (thrown) {
    throw folderError(folder, "the folder of the run cannot be made", thrown);
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
    : `there are none in ${RUNS}/ either; train one with striate train`;
}

function folderError(folder: string, what: string, thrown: unknown): StriateError {
  const message = `${folder}: ${what} (${asError(thrown).message}); check the path and its permissions, or give another`;
  return new StriateError("io", message, { cause: thrown });
}
