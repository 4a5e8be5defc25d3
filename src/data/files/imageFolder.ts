import { join } from "#data-platform";
import { StriateError } from "../../errors.ts";
import type { DataProblem } from "../dataset.ts";
import { stratified } from "../stratified.ts";
import { checkedFiles } from "./checked.ts";
import { type ImageFiles, imageFiles, type LabelledFile } from "./imageFiles.ts";
import type { PictureOptions } from "./picturePixels.ts";
import { folderContent, picturesIn } from "./walk.ts";

/** How a folder becomes data sets. */
export interface ImageFolderOptions extends PictureOptions {
  /** The classes, in the order of their labels; default: the subfolders, sorted. */
  readonly classes?: readonly string[];
  /** Whether links to folders inside the class folders are followed, default true. Links to pictures always are. */
  readonly followLinks?: boolean;
  /** The fraction of each class that is kept for validation, default 0. Not where there is a folder for it. */
  readonly validationSplit?: number;
  /** The fraction of each class that is kept for a test, default 0. Not where there is a folder for it. */
  readonly testSplit?: number;
  /** Of the splits, default 0. */
  readonly seed?: number;
}

/** The data sets of a folder. */
export interface ImageFolder {
  readonly train: ImageFiles;
  /** By `validationSplit`, or from a folder `validation`, `valid` or `val`. */
  readonly validation?: ImageFiles;
  /** By `testSplit`, or from a folder `test`. */
  readonly test?: ImageFiles;
  readonly classNames: readonly string[];
  /** Classes without a picture for training. */
  readonly emptyClasses: readonly string[];
}

/**
 * Pictures in folders, one for each class: DIR/cat/a.jpg, DIR/dog/deep/er/b.png. Where DIR has a folder `train` and beside
 * it `validation` (or `valid`, `val`) or `test`, these are the parts, each with a folder for each class.
 *
 * Labels go by the names of the class folders, sorted. Links are followed, circles end. Files that are no pictures by
 * their first bytes are left out from the beginning, damaged ones when they are read (see `onError`); `problems()` of
 * each part lists them.
 *
 * @throws StriateError `io` where the folder cannot be read; `data` where there are no pictures, only one class that was
 * not asked for, or a class in one part that the others lack; `usage` for options that do not go together
 */
export async function imageFolder(folder: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  const { folders } = await folderContent(folder);
  const validationName = ["validation", "valid", "val"].find((name) => folders.includes(name));
  const isSplit = folders.includes("train") && (validationName !== undefined || folders.includes("test"));
  if (!isSplit) return oneFolder(folder, options);
  const own = { validationSplit: validationName, testSplit: folders.includes("test") ? "test" : undefined };
  for (const option of ["validationSplit", "testSplit"] as const) {
    if (own[option] === undefined || !options[option]) continue;
    const why = `is split by its folders already: there is a folder ${own[option]}; leave out ${option}`;
    throw new StriateError("usage", `${folder}: ${why}`);
  }
  const classNames = await classesOf(join(folder, "train"), options);
  const { made, problems, empty } = await readPart(join(folder, "train"), classNames, options);
  const others = await Promise.all(
    Object.values(own).map(async (name) => {
      if (name === undefined) return undefined;
      const part = join(folder, name);
      await checkClasses(part, classNames, options);
      const { made, problems } = await readPart(part, classNames, options);
      return imageFiles(made, { ...options, classNames }, {}, problems);
    }),
  );
  const [validation, test] = others;
  return {
    ...splitFiles(made, problems, { ...options, classNames }),
    ...(validation && { validation }),
    ...(test && { test }),
    emptyClasses: empty,
  };
}

/**
 * The picture files in the class folders of a folder, which may have one class only.
 * @throws StriateError as `imageFolder`
 */
export async function classFiles(
  folder: string,
  options: ImageFolderOptions,
): Promise<{
  readonly files: readonly LabelledFile[];
  readonly classNames: readonly string[];
  readonly problems: readonly DataProblem[];
}> {
  const { folders } = await folderContent(folder);
  const single = folders.length === 1 && !options.classes ? { classes: folders } : {};
  const classNames = await classesOf(folder, { ...options, ...single });
  const { made, problems } = await readPart(folder, classNames, options);
  return { files: made, classNames, problems };
}

async function oneFolder(folder: string, options: ImageFolderOptions): Promise<ImageFolder> {
  const classNames = await classesOf(folder, options);
  const { made, problems, empty } = await readPart(folder, classNames, options);
  return { ...splitFiles(made, problems, { ...options, classNames }), emptyClasses: empty };
}

/** How files are split. */
export interface SplitOptions extends PictureOptions {
  readonly classNames: readonly string[];
  readonly validationSplit?: number;
  readonly testSplit?: number;
  readonly seed?: number;
}

/**
 * Files in up to three parts, each class split alike.
 * @throws StriateError `usage` where a part would be empty
 */
export function splitFiles(
  files: readonly LabelledFile[],
  problems: readonly DataProblem[],
  options: SplitOptions,
): Omit<ImageFolder, "emptyClasses"> {
  const { classNames, validationSplit = 0, testSplit = 0, seed = 0 } = options;
  const labels = files.map(({ label }) => label);
  const { train, validation, test } = stratified(labels, validationSplit, seed, testSplit);
  const pick = (indices: readonly number[]) => indices.flatMap((i) => files[i] ?? []);
  const part = (option: string, share: number, indices: readonly number[]) => {
    if (share === 0) return undefined;
    if (indices.length > 0) return imageFiles(pick(indices), options);
    throw new StriateError("usage", `${files.length} pictures are too few for a ${option} of ${share}`);
  };
  const validationPart = part("validationSplit", validationSplit, validation);
  const testPart = part("testSplit", testSplit, test);
  return {
    train: imageFiles(pick(train), options, {}, problems),
    ...(validationPart && { validation: validationPart }),
    ...(testPart && { test: testPart }),
    classNames,
  };
}

async function classesOf(folder: string, { classes }: ImageFolderOptions): Promise<readonly string[]> {
  const { folders, pictures } = await folderContent(folder);
  if (classes) {
    const missing = classes.filter((name) => !folders.includes(name));
    if (missing.length === 0) return classes;
    throw new StriateError("data", `${folder}: has no folder for ${quoted(missing)}; it has ${quoted(folders)}`);
  }
  if (folders.length > 1) return folders;
  const found =
    folders.length === 1
      ? `one class only, ${quoted(folders)}`
      : pictures.length > 0
        ? `${pictures.length} pictures and no folders`
        : "no folders";
  const advice = "make a folder for each class in it and put the class's pictures there";
  const single = folders.length === 1 ? ", or say classes: [...] if one is meant" : "";
  throw new StriateError("data", `${folder}: has ${found}; ${advice}${single}`);
}

/** A class that training knows nothing of would have no label. */
async function checkClasses(
  folder: string,
  classNames: readonly string[],
  { classes }: ImageFolderOptions,
): Promise<void> {
  const { folders } = await folderContent(folder);
  const unknown = classes ? [] : folders.filter((name) => !classNames.includes(name));
  if (unknown.length === 0) return;
  throw new StriateError("data", `${folder}: has classes that train does not have: ${quoted(unknown)}`);
}

async function readPart(
  folder: string,
  classNames: readonly string[],
  { onError = "skip", followLinks = true }: ImageFolderOptions,
): Promise<{
  readonly made: readonly LabelledFile[];
  readonly problems: readonly DataProblem[];
  readonly empty: readonly string[];
}> {
  const present = new Set((await folderContent(folder)).folders);
  const files: LabelledFile[] = [];
  for (const [label, name] of classNames.entries()) {
    const paths = present.has(name) ? await picturesIn(join(folder, name), followLinks) : [];
    for (const path of paths) files.push({ path: join(folder, name, path), label });
  }
  const { good, problems } = await checkedFiles(files, onError);
  if (good.length === 0) {
    const bad = problems[0] ? `; ${problems.length} files are none, as ${problems[0].path}: ${problems[0].reason}` : "";
    throw new StriateError(
      "data",
      `${folder}: there are no pictures in its folders (JPEG, PNG, WebP, AVIF, GIF, TIFF)${bad}`,
    );
  }
  const counts = new Set(good.map(({ label }) => label));
  return { made: good, problems, empty: classNames.filter((_, label) => !counts.has(label)) };
}

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => JSON.stringify(name));
  return shown.join(", ") + (names.length > 8 ? ` and ${names.length - 8} more` : "");
}
