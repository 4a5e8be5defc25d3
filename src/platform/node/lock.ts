import { randomBytes } from "node:crypto";
import { type FileHandle, open, readFile, rm, stat, utimes } from "node:fs/promises";
import { fileErrorCode, type LockHolder, type Release } from "../files.ts";
import { writeAtomic } from "./atomic.ts";
import { isRunning, thisWriter } from "./writer.ts";

/** How often who holds a lock shows that it lives. */
const SIGN_OF_LIFE_MS = 5_000;
/** Where a holder's process cannot be looked up, it is taken for dead when it has given no sign of life for so long. */
const DEAD_AFTER_MS = 60_000;

/** The type of each part. By hand, since a library that checks shapes would be loaded by every worker. */
const HOLDER = { host: "string", pid: "number", begin: "string", space: "string", since: "string", token: "string" };

/**
 * Makes this caller the only one that works on a thing, among all processes that see the same folder: by a file that can
 * be created only once. One whose process has died is succeeded; nothing is left when it is let go.
 * @returns what lets go of it, or who holds it
 * @throws the system's error where the file cannot be written
 */
export async function tryLock(path: string): Promise<Release | LockHolder | "unknown"> {
  const holder: LockHolder = {
    ...thisWriter(),
    since: new Date().toISOString(),
    token: randomBytes(6).toString("hex"),
  };
  const text = JSON.stringify(holder);
  while (!(await create(path, text))) {
    const found = await look(path);
    if (found === undefined) continue;
    if (!found.dead) return found.holder ?? "unknown";
    // Two that find the same dead holder must not both succeed it: who replaces a lock holds another one meanwhile.
    const succession = await tryLock(`${path}.next`);
    if (typeof succession !== "function") return succession;
    try {
      if ((await look(path))?.text !== found.text) continue;
      await writeAtomic(path, new TextEncoder().encode(text));
      break;
    } finally {
      await succession();
    }
  }
  return hold(path, text);
}

function hold(path: string, text: string): Release {
  const signs = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, SIGN_OF_LIFE_MS).unref();
  return async () => {
    clearInterval(signs);
    // Not another's, who took this one for dead.
    if ((await textOf(path)) === text) await rm(path, { force: true });
  };
}

async function create(path: string, text: string): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, "wx");
  } catch (thrown) {
    if (fileErrorCode(thrown) === "EEXIST") return false;
    throw thrown;
  }
  try {
    await file.writeFile(text);
    return true;
  } catch (thrown) {
    await rm(path, { force: true }); // the disk is full
    throw thrown;
  } finally {
    await file.close();
  }
}

/** A lock that is there: its text, its holder where the text says one, and whether that one has died. */
async function look(path: string) {
  const [text, status] = await Promise.all([textOf(path), stat(path).catch(() => undefined)]);
  if (text === undefined || status === undefined) return undefined;
  const holder = parse(text);
  const running = holder && isRunning(holder);
  const silent = Date.now() - status.mtimeMs > DEAD_AFTER_MS;
  return { text, holder, dead: running === undefined ? silent : !running };
}

function parse(text: string): LockHolder | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return isHolder(found) ? found : undefined;
  } catch {
    return undefined; // it is being written, or its writer was killed while it wrote
  }
}

function isHolder(found: unknown): found is LockHolder {
  if (typeof found !== "object" || found === null) return false;
  const parts = new Map<string, unknown>(Object.entries(found));
  return Object.entries(HOLDER).every(([name, type]) => typeof parts.get(name) === type);
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    if (fileErrorCode(thrown) === "ENOENT") return undefined;
    throw thrown;
  }
}
