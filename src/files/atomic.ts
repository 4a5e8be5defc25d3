import { platform } from "#platform";
import { asError, StriateError } from "../errors.ts";
import { type Chunks, fileErrorCode } from "../platform/index.ts";

/**
 * Writes a file so that a reader, or a run that starts after a crash, sees the old file or the new one, never half.
 *
 * @param chunks the file's bytes, or its parts in order; none is changed or kept
 * @throws StriateError `io` that names the path, the cause and what to do. An old file stays as it was then. A
 * StriateError thrown by `chunks` itself comes through as it is.
 */
export async function writeFileAtomic(path: string, chunks: Chunks): Promise<void> {
  try {
    await platform.files.write(path, chunks);
  } catch (thrown) {
    throw thrown instanceof StriateError ? thrown : writeError(path, thrown);
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
  const { message } = asError(thrown);
  const advice = ADVICE[fileErrorCode(thrown)];
  const reason = advice === undefined ? message : `${advice} (${message})`;
  return new StriateError("io", `${path}: could not be written: ${reason}`, { cause: thrown });
}
