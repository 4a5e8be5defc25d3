import { mkdtempSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { encodeImage } from "#striate/image/index";
import { sizeOf, tensor } from "#striate/tensor/index";

/** A folder that is there for the time of a test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "striate-pictures-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A picture of one grey, by which a test recognises it. */
export function grey(value: number, height = 8, width = 8): Promise<Uint8Array> {
  const shape = [height, width, 3];
  return encodeImage(tensor("uint8", shape, new Uint8Array(sizeOf(shape)).fill(value)));
}

/** What a phone's HEIC begins with. */
export const HEIC: Uint8Array = Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08meta", "latin1");

/** Writes files by their paths: numbers become pictures of that grey. */
export async function writePictures(
  folder: string,
  files: Readonly<Record<string, number | Uint8Array | string>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const full = join(folder, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, typeof content === "number" ? await grey(content) : content);
  }
}
