import type { FileHandle } from "node:fs/promises";
import { asError, StriateError } from "../errors.ts";
import { checkRange, type RandomAccess } from "./randomAccess.ts";
import { openRegular } from "./regularFile.ts";

/** A file on disk that is open for reading. */
export interface OpenFile extends RandomAccess {
  close(): Promise<void>;
}

// One call of the operating system takes less than 2 GiB.
const MOST_BYTES_A_READ = 2 ** 28;

/**
 * Opens a file to read ranges of it: nothing is read before it is asked for.
 * @throws StriateError `io` that names the path
 */
export async function openFile(path: string): Promise<OpenFile> {
  try {
    const { file, size } = await openRegular(path);
    return fileAccess(file, size, path);
  } catch (thrown) {
    throw readError(path, thrown);
  }
}

function fileAccess(file: FileHandle, size: number, path: string): OpenFile {
  return {
    size,
    async read(offset, length) {
      checkRange(size, offset, length, path);
      const bytes = new Uint8Array(length);
      let done = 0;
      try {
        while (done < length) {
          const most = Math.min(length - done, MOST_BYTES_A_READ);
          const { bytesRead } = await file.read(bytes, done, most, offset + done);
          if (bytesRead === 0) throw new Error("it became shorter while it was read");
          done += bytesRead;
        }
      } catch (thrown) {
        throw readError(path, thrown);
      }
      return bytes;
    },
    close: () => file.close(),
  };
}

function readError(path: string, thrown: unknown): StriateError {
  const { code = "", message }: NodeJS.ErrnoException = asError(thrown);
  const advice = code === "ENOENT" ? "there is no such file; check the path" : message;
  return new StriateError("io", `${path}: could not be read: ${advice}`, { cause: thrown });
}
