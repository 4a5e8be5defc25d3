import { platform } from "#platform";
import { quoted } from "../checks/names.ts";
import { asError, StriateError } from "../errors.ts";

/**
 * A file that has an end and does not wait, or its first `most` bytes: no pipe, no device, no folder.
 * @throws the file system's own error, or one that says what it is not
 */
export async function readRegular(path: string, most = Number.POSITIVE_INFINITY): Promise<Uint8Array<ArrayBuffer>> {
  const file = await platform.files.open(path);
  try {
    return await file.read(0, Math.min(file.size, most));
  } finally {
    await file.close();
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
  let found: ReturnType<typeof platform.files.within>;
  try {
    found = platform.files.within(folder, parts);
  } catch (thrown) {
    const path = platform.paths.join(folder, ...parts);
    throw new StriateError("io", `${path} cannot be read: ${asError(thrown).message}`, { cause: thrown });
  }
  if (!found.isInside) throw outside(where, location);
  return found.path;
}

function outside(where: string, location: string): StriateError {
  return new StriateError(
    "data",
    `${where} is said to be in ${quoted(location)}, which leads out of the model's folder; files in this folder alone are ` +
      "read. If you trust the model, put the file itself there",
  );
}
