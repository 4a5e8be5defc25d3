import { platform } from "#platform";
import { asError } from "../../errors.ts";
import { pictureFormat, TELLING_BYTES, whyUndecoded } from "../../image/fileFormat.ts";
import { isShortage } from "./retry.ts";

/**
 * Why a file cannot be a picture, by its first bytes alone: it is missing, empty, or begins as no picture does. Cheap
 * enough for a whole folder; a file that is damaged further in is found when it is decoded.
 * @returns nothing where it may be a picture
 */
export async function whyNoPicture(path: string): Promise<string | undefined> {
  try {
    const file = await platform.files.open(path);
    try {
      const start = await file.read(0, Math.min(file.size, TELLING_BYTES));
      if (start.length === 0) return "is empty (0 bytes)";
      return pictureFormat(start) ? undefined : whyUndecoded(start);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if (isShortage(thrown)) throw thrown;
    const { code, message }: NodeJS.ErrnoException = asError(thrown);
    return code === "ENOENT" ? "there is no such file" : `cannot be read (${message})`;
  }
}
