import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { ReadableFile, SyncFile } from "../files.ts";

/** Opening a pipe would wait for its writer. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Node reads less than 2 GiB at once. */
const MOST_AT_ONCE = 2 ** 30;

export async function openRegular(path: string): Promise<ReadableFile> {
  const file = await open(path, READ);
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw Object.assign(new Error("it is a folder"), { code: "EISDIR" });
    if (!stats.isFile()) throw new Error("it is no regular file");
    return {
      size: stats.size,
      read: (offset, length) => readRange(file, offset, length),
      close: () => file.close(),
    };
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

async function readRange(file: FileHandle, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, Math.min(length - done, MOST_AT_ONCE), offset + done);
    if (bytesRead === 0) throw new Error("it became shorter while it was read");
    done += bytesRead;
  }
  return bytes;
}

export function openRegularSync(path: string): SyncFile {
  const file = openSync(path, READ);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new Error("it is no regular file");
    return { size: stats.size, read: (into, offset) => fill(file, into, offset), close: () => closeSync(file) };
  } catch (thrown) {
    closeSync(file);
    throw thrown;
  }
}

function fill(file: number, into: Uint8Array, offset: number): number {
  let done = 0;
  while (done < into.length) {
    const count = readSync(file, into, done, Math.min(into.length - done, MOST_AT_ONCE), offset + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

export function readRegularSync(path: string, offset = 0, length = Number.POSITIVE_INFINITY): Uint8Array<ArrayBuffer> {
  const file = openRegularSync(path);
  try {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, file.size - offset)));
    return bytes.subarray(0, file.read(bytes, offset));
  } finally {
    file.close();
  }
}
