import { platform } from "#platform";
import type { Sides } from "./codec.ts";
import { readHeader } from "./header.ts";

/** Bytes in which nearly every header is; a preview in EXIF data may be longer. */
const HEADER_BYTES = [2 ** 12, 2 ** 18, 2 ** 22];

/**
 * The sides of a picture file as its header has them, before any turning by EXIF; only its beginning is read.
 * @returns nothing where the header does not tell: it is damaged, or of a format (TIFF) that is not looked into
 * @throws the platform's error where the file cannot be read
 */
export async function pictureSides(path: string): Promise<Sides | undefined> {
  const file = await platform.files.open(path);
  try {
    for (const bytes of HEADER_BYTES) {
      const start = await file.read(0, Math.min(file.size, bytes));
      const header = readHeader(start);
      if (header && header.width > 0 && header.height > 0) return { width: header.width, height: header.height };
      if (start.length >= file.size) break;
    }
    return undefined;
  } finally {
    await file.close();
  }
}
