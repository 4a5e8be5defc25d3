import { platform } from "#platform";
import { asError, StriateError } from "../errors.ts";
import { fileErrorCode, type ReadableFile } from "../platform/index.ts";
import { checkRange, type RandomAccess } from "./randomAccess.ts";

/** A file on disk that is open for reading. */
export interface OpenFile extends RandomAccess {
  close(): Promise<void>;
}

/**
 * Opens a file to read ranges of it: nothing is read before it is asked for.
 * @throws StriateError `io` that names the path
 */
export async function openFile(path: string): Promise<OpenFile> {
  try {
    return fileAccess(await platform.files.open(path), path);
  } catch (thrown) {
    throw readError(path, thrown);
  }
}

function fileAccess(file: ReadableFile, path: string): OpenFile {
  const { size } = file;
  return {
    size,
    async read(offset, length) {
      checkRange(size, offset, length, path);
      try {
        return await file.read(offset, length);
      } catch (thrown) {
        throw readError(path, thrown);
      }
    },
    close: () => file.close(),
  };
}

function readError(path: string, thrown: unknown): StriateError {
  if (thrown instanceof StriateError) return thrown;
  const isMissing = fileErrorCode(thrown) === "ENOENT";
  const advice = isMissing ? "there is no such file; check the path" : asError(thrown).message;
  return new StriateError("io", `${path}: could not be read: ${advice}`, { cause: thrown });
}
