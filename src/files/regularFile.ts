// Only for Node: index.ts does not name it, so that a bundle for the browser has nothing of it.
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join, sep } from "node:path";
import { quoted } from "../checks/names.ts";
import { asError, StriateError } from "../errors.ts";

/** Opening a pipe would wait for its writer. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Node reads less than 2 GiB at once. */
const MOST_AT_ONCE = 2 ** 30;

/**
 * Opens a file for reading that has an end and does not wait: no pipe, no device, no folder.
 * @throws the file system's own error, or one that says what it is not
 */
export async function openRegular(path: string): Promise<{ readonly file: FileHandle; readonly size: number }> {
  const file = await open(path, READ);
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw Object.assign(new Error("it is a folder"), { code: "EISDIR" });
    if (!stats.isFile()) throw new Error("it is no regular file");
    return { file, size: stats.size };
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

/** Such a file, or its first `most` bytes. @throws as `openRegular` */
export async function readRegular(path: string, most = Number.POSITIVE_INFINITY): Promise<Uint8Array<ArrayBuffer>> {
  const { file, size: whole } = await openRegular(path);
  try {
    const size = Math.min(whole, most);
    const bytes = new Uint8Array(size);
    let done = 0;
    while (done < size) {
      const { bytesRead } = await file.read(bytes, done, Math.min(size - done, MOST_AT_ONCE), done);
      if (bytesRead === 0) throw new Error("it became shorter while it was read");
      done += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** The same at once, or a part of it; fewer bytes where the file ends before. @throws as `openRegular` */
export function readRegularSync(path: string, offset = 0, length = Number.POSITIVE_INFINITY): Uint8Array<ArrayBuffer> {
  const file = openSync(path, READ);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new Error("it is no regular file");
    const bytes = new Uint8Array(Math.max(0, Math.min(length, stats.size - offset)));
    let filled = 0;
    while (filled < bytes.length) {
      const count = readSync(file, bytes, filled, Math.min(bytes.length - filled, MOST_AT_ONCE), offset + filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}

/**
 * The place of a file that another file names as a part of itself, by a path below its own folder. No link may lead out:
 * who opens a file from anybody shall not open other files of theirs by it.
 * @param where begins the message
 * @throws StriateError `data` for a path that leaves the folder; `io` where there is nothing
 */
export function pathInside(folder: string, location: string, where: string): string {
  const parts = location.split("/");
  // A backslash is a separator on Windows, a colon ends a drive or the scheme of an address.
  const isOdd = parts.some((part) => ["", ".", ".."].includes(part)) || /[\\:\0]/.test(location);
  if (isOdd) throw outside(where, location);
  const path = join(folder, ...parts);
  let [inside, real] = ["", ""];
  try {
    [inside, real] = [realpathSync(folder), realpathSync(path)];
  } catch (thrown) {
    throw new StriateError("io", `${path} cannot be read: ${asError(thrown).message}`, { cause: thrown });
  }
  if (!real.startsWith(inside.endsWith(sep) ? inside : inside + sep)) throw outside(where, location);
  return real;
}

function outside(where: string, location: string): StriateError {
  return new StriateError(
    "data",
    `${where} is said to be in ${quoted(location)}, which leads out of the model's folder; files in this folder alone are ` +
      "read. If you trust the model, put the file itself there",
  );
}
