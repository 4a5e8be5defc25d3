import { platform } from "#platform";
import { checkOptions, pathText } from "../checks/index.ts";
import { asError, StriateError } from "../errors.ts";
import { readRegular } from "../files/regularFile.ts";
import { decodeImage, imageSize } from "../image/index.ts";
import { hex } from "../platform/index.ts";
import type { DataProblem } from "./dataset.ts";
import { type ImageFolder, imageFolder } from "./files/imageFolder.ts";
import { mapLimited } from "./files/pool.ts";

/** A picture that can be read. */
export interface InspectedPicture {
  readonly path: string;
  readonly part: Part;
  readonly label: number;
  readonly width: number;
  readonly height: number;
  /** SHA-256 of the file. */
  readonly hash: string;
}

/** The part that a folder of pictures is for. */
export type Part = "train" | "validation" | "test";

/** What there is in a folder of pictures. */
export interface FolderReport {
  readonly classNames: readonly string[];
  /** Folders that are no classes because there is no picture in them that can be read. */
  readonly emptyClasses: readonly string[];
  readonly pictures: readonly InspectedPicture[];
  /** Files that cannot be read, each with the reason. */
  readonly unreadable: readonly DataProblem[];
  /** Files of the same content, in groups of two and more. */
  readonly duplicates: readonly (readonly InspectedPicture[])[];
}

/**
 * Decodes every picture of a folder, and finds what would spoil a training: unreadable files, and files of the same
 * content. Memory holds a few pictures at a time.
 *
 * @param folder as `imageFolder` takes it
 * @throws StriateError as `imageFolder`; `interrupted` by the signal
 */
export async function inspectFolder(
  folder: string,
  options: {
    readonly maxPixels?: number;
    /** As `imageFolder` takes it. */
    readonly classPattern?: RegExp | string;
    readonly signal?: AbortSignal;
    readonly onProgress?: (done: number, of: number) => void;
  } = {},
): Promise<FolderReport> {
  checkOptions("inspectFolder", options, { maxPixels: true, classPattern: true, signal: true, onProgress: true });
  const { signal, onProgress, maxPixels, classPattern } = options;
  const found = await imageFolder(folder, classPattern === undefined ? {} : { classPattern });
  const parts = partsOf(found);
  const files = parts.flatMap(([part, { files }]) => files.map((file) => ({ ...file, part })));
  const unreadable = parts.flatMap(([, dataset]) => [...dataset.problems()]);
  let done = 0;
  const pictures = await mapLimited(files, 4, async ({ path, label, part }) => {
    if (signal?.aborted) throw new StriateError("interrupted", `interrupted after ${done} of ${files.length} pictures`);
    try {
      const bytes = await readRegular(path);
      const hash = hex(await platform.hash("sha256", bytes));
      const image = await decodeImage(bytes, { name: path, ...(maxPixels !== undefined && { maxPixels }) });
      const { width, height } = imageSize(image);
      return [{ path, part, label, width, height, hash }];
    } catch (thrown) {
      unreadable.push({ path, reason: asError(thrown).message.replace(`${pathText(path)}: `, "") });
      return [];
    } finally {
      onProgress?.(++done, files.length);
    }
  });
  const readable = pictures.flat();
  const { classNames, emptyClasses } = found;
  return { classNames, emptyClasses, pictures: readable, unreadable, duplicates: sameContent(readable) };
}

function partsOf({ train, validation, test }: ImageFolder) {
  const parts = [
    ["train", train],
    ["validation", validation],
    ["test", test],
  ] as const;
  return parts.flatMap(([name, dataset]) => (dataset ? [[name, dataset] as const] : []));
}

function sameContent(pictures: readonly InspectedPicture[]): readonly (readonly InspectedPicture[])[] {
  const groups = new Map<string, InspectedPicture[]>();
  for (const picture of pictures) {
    const group = groups.get(picture.hash);
    if (group) group.push(picture);
    else groups.set(picture.hash, [picture]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}
