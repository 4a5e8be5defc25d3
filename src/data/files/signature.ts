import { openRegular } from "#data-platform";
import { asError } from "../../errors.ts";
import { isShortage } from "./retry.ts";

/**
 * Why a file cannot be a picture, by its first bytes alone: it is missing, empty, or begins as no picture does. Cheap
 * enough for a whole folder; a file that is damaged further in is found when it is decoded.
 * @returns nothing where it may be a picture
 */
export async function whyNoPicture(path: string): Promise<string | undefined> {
  try {
    const { file } = await openRegular(path);
    try {
      const { bytesRead, buffer } = await file.read(new Uint8Array(16), 0, 16, 0);
      if (bytesRead === 0) return "is empty (0 bytes)";
      return isPicture(buffer.subarray(0, bytesRead)) ? undefined : "is no picture: it begins as none does";
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if (isShortage(thrown)) throw thrown;
    const { code, message }: NodeJS.ErrnoException = asError(thrown);
    return code === "ENOENT" ? "there is no such file" : `cannot be read (${message})`;
  }
}

function isPicture(start: Uint8Array): boolean {
  const text = String.fromCharCode(...start);
  if (text.startsWith("\xff\xd8\xff") || text.startsWith("\x89PNG\r\n\x1a\n") || /^GIF8[79]a/.test(text)) return true;
  if (text.startsWith("II*\0") || text.startsWith("MM\0*") || text.startsWith("II+\0") || text.startsWith("MM\0+")) {
    return true;
  }
  return /^RIFF[\s\S]{4}WEBP/.test(text) || /^[\s\S]{4}ftyp(avif|avis|mif1|msf1|heic)/.test(text);
}
