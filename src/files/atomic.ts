import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { asError, StriateError } from "../errors.ts";
import { removeLeftovers, temporaryName } from "./leftovers.ts";

/**
 * Writes a file so that a reader, or a run that starts after a crash, sees the old file or the new one, never half:
 * written beside its place under another name, flushed to disk, renamed, and the folder flushed. What a writer that was
 * killed has left in the folder is removed first.
 *
 * @param chunks the file's bytes, or its parts in order; none is changed or kept
 * @throws StriateError `io` that names the path, the cause and what to do. The temporary file is gone then, and an old
 * file stays as it was. A StriateError thrown by `chunks` itself comes through as it is.
 */
export async function writeFileAtomic(
  path: string,
  chunks: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, temporaryName());
  let created = false;
  await removeLeftovers(folder);
  try {
    const file = await open(temporary, "wx");
    created = true;
    try {
      for await (const chunk of chunks instanceof Uint8Array ? [chunks] : chunks) await writeWhole(file, chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    created = false;
    await syncFolder(folder);
  } catch (thrown) {
    // What went wrong first is what to tell, also where the temporary file cannot be removed.
    if (created) await rm(temporary, { force: true }).catch(() => undefined);
    throw thrown instanceof StriateError ? thrown : writeError(path, thrown);
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
    const { code = "" }: NodeJS.ErrnoException = asError(thrown);
    if (!["EACCES", "EINVAL", "EISDIR", "ENOTSUP", "EPERM"].includes(code)) throw thrown;
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space or write to another place",
  EDQUOT: "your quota on this disk is used up; free some space or write to another place",
  EROFS: "the disk is read-only; write to another place",
  EACCES: "you may not write there; change the folder's permissions or write to another place",
  EPERM: "you may not write there; change the folder's permissions or write to another place",
  ENOENT: "its folder does not exist; create it first",
  ENOTDIR: "a part of the path is a file, where a folder is needed; write to another place",
  EISDIR: "it is a folder; give the name of a file",
  ENAMETOOLONG: "the name is too long; give a shorter one",
  EIO: "the disk failed; check it, and write to another place",
};

function writeError(path: string, thrown: unknown): StriateError {
  const error: NodeJS.ErrnoException = asError(thrown);
  const advice = ADVICE[error.code ?? ""];
  const reason = advice === undefined ? error.message : `${advice} (${error.message})`;
  return new StriateError("io", `${path}: could not be written: ${reason}`, { cause: thrown });
}
