import { mkdir, stat } from "node:fs/promises";
import { extname } from "node:path";
import { asError, StriateError } from "../../errors.ts";

/**
 * Makes a folder for results, with those above it.
 * @throws StriateError `io` where it cannot be made
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (thrown) {
    const { code, message }: NodeJS.ErrnoException = asError(thrown);
    const isFile = code === "EEXIST" || code === "ENOTDIR";
    const reason = isFile ? "a file is there, where a folder is needed" : `cannot be made (${message})`;
    throw new StriateError("io", `${path}: ${reason}. Give another place with -o`, { cause: thrown });
  }
}

/** Whether a place for results is a folder, or would be one by its name: without an ending, or with a slash at the end. */
export async function isFolder(path: string): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  return status ? status.isDirectory() : extname(path) === "" || /[/\\]$/.test(path);
}
