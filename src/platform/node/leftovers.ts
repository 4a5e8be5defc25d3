import { randomBytes } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isRunning, thisWriter } from "./writer.ts";

/** Where nobody can tell whether a file's writer lives, the file is a leftover when nothing was written for so long. */
const ABANDONED_AFTER_MS = 3_600_000;

const PATTERN = /^\.striate-(?:([0-9a-f]{8})-)?(\d+)(?:-(\d*))?-[0-9a-f]+\.tmp$/;

/** A new name for a file that is being written, from which others see whose it is. */
export function temporaryName(): string {
  const { space, pid, begin } = thisWriter();
  return `.striate-${space}-${pid}-${begin}-${randomBytes(6).toString("hex")}.tmp`;
}

/** A folder is not looked through again by a process that writes there often. */
const LOOK_AGAIN_AFTER_MS = 60_000;

/** When this process has looked through folders. */
const looked = new Map<string, { readonly at: number; readonly work: Promise<void> }>();

/**
 * Removes the temporary files that writers have left in a folder when they were killed; those that still write keep
 * theirs. What cannot be read or removed stays, for it is not what the caller is at.
 */
export function removeLeftovers(folder: string): Promise<void> {
  const path = resolve(folder);
  const last = looked.get(path);
  const now = performance.now();
  if (last && now - last.at < LOOK_AGAIN_AFTER_MS) return last.work;
  const work = clean(path);
  looked.set(path, { at: now, work });
  return work;
}

async function clean(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (await isLeftover(folder, name)) await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}

async function isLeftover(folder: string, name: string): Promise<boolean> {
  const found = PATTERN.exec(name);
  if (!found) return false;
  const [, space = "", pid = "", begin = ""] = found;
  const running = isRunning({ space, pid: Number(pid), begin });
  if (running !== undefined) return !running;
  const status = await stat(join(folder, name)).catch(() => undefined);
  return status !== undefined && Date.now() - status.mtimeMs > ABANDONED_AFTER_MS;
}
