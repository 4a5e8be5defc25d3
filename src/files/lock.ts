import { platform } from "#platform";
import { type LockHolder, type Release, wait } from "../platform/index.ts";

export type { LockHolder, Release };

/** How often who waits looks again. */
const LOOK_MS = 100;

/**
 * Makes this caller the only one that works on a thing, among all processes that see the same folder. One whose process
 * has died is succeeded; nothing is left when it is let go.
 * @returns what lets go of it, or who holds it
 * @throws the system's error where the file cannot be written
 */
export function tryLock(path: string): Promise<Release | LockHolder | "unknown"> {
  return platform.files.lock(path);
}

/** The same, waiting while another holds it. @throws the signal's reason when it says stop while this waits */
export async function lock(path: string, signal?: AbortSignal): Promise<Release> {
  for (;;) {
    const release = await tryLock(path);
    if (typeof release === "function") return release;
    await wait(LOOK_MS, signal);
  }
}
