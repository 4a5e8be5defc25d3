import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Chunks, WriteOptions } from "../files.ts";
import { fileErrorCode } from "../files.ts";
import { removeLeftovers, temporaryName } from "./leftovers.ts";

/**
 * Writes a file beside its place under another name, flushes it to disk, renames it, and flushes the folder. What a writer
 * that was killed has left in the folder is removed first. Where it fails, the temporary file is gone, and an old file
 * stays as it was.
 */
export async function writeAtomic(path: string, chunks: Chunks, { flush = true }: WriteOptions = {}): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, temporaryName());
  let created = false;
  await removeLeftovers(folder);
  try {
    const file = await open(temporary, "wx");
    created = true;
    try {
      for await (const chunk of chunks instanceof Uint8Array ? [chunks] : chunks) await writeWhole(file, chunk);
      if (flush) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    created = false;
    if (flush) await syncFolder(folder);
  } catch (thrown) {
    // What went wrong first is what to tell, also where the temporary file cannot be removed.
    if (created) await rm(temporary, { force: true }).catch(() => undefined);
    throw thrown;
  }
}

// One call of the operating system takes less than 2 GiB.
const MOST_BYTES_A_WRITE = 2 ** 28;

async function writeWhole(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let done = 0;
  while (done < chunk.length) {
    const { bytesWritten } = await file.write(chunk, done, Math.min(chunk.length - done, MOST_BYTES_A_WRITE));
    done += bytesWritten;
  }
}

/** Makes the rename itself survive a power cut. Systems that cannot open or flush a folder go without. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    if (!["EACCES", "EINVAL", "EISDIR", "ENOTSUP", "EPERM"].includes(fileErrorCode(thrown))) throw thrown;
  }
}
