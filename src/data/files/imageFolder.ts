import { platform } from "#platform";
import { checkOptions, type OptionNames, pathText, quoted } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { DataProblem } from "../dataset.ts";
import { stratified } from "../stratified.ts";
import { checkedFiles } from "./checked.ts";
import { type ImageFiles, imageFiles, type LabelledFile } from "./imageFiles.ts";
import { PICTURE, type PictureOptions } from "./picturePixels.ts";
import { folderContent, picturesIn } from "./walk.ts";

const { dirname, join, resolve } = platform.paths;

/** How a folder becomes data sets. */
export interface ImageFolderOptions extends PictureOptions {
  /** The classes, in the order of their labels; default: the subfolders with a picture in them, sorted. */
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

const FOLDER: OptionNames<ImageFolderOptions> = {
  ...PICTURE,
  classes: true,
  followLinks: true,
  validationSplit: true,
  testSplit: true,
  seed: true,
};

/** The data sets of a folder. */
export interface ImageFolder {
  readonly train: ImageFiles;
  /** By `validationSplit`, or from a folder `validation`, `valid` or `val`. */
  readonly validation?: ImageFiles;
  /** By `testSplit`, or from a folder `test`. */
  readonly test?: ImageFiles;
  readonly classNames: readonly string[];
  /** Folders without a picture for training that can be read. They are classes only where `classes` names them. */
  readonly emptyClasses: readonly string[];
}

/**
 * Pictures in folders, one for each class: DIR/cat/a.jpg, DIR/dog/deep/er/b.png. Where DIR has a folder `train` and beside
 * it `validation` (or `valid`, `val`) or `test`, these are the parts, each with a folder for each class.
 *
 * Labels go by the names of the class folders, sorted; a folder without a picture that can be read is no class, unless
 * `classes` names it, and `emptyClasses` lists it. Links are followed, circles end. Files that are no pictures by
 * their first bytes are left out from the beginning, damaged ones when they are read (see `onError`); `problems()` of
 * each part lists them.
 *
 * @throws StriateError `io` where the folder cannot be read; `data` where there are no pictures, only one class that was
 * not asked for, or a class in one part that the others lack; `usage` for options that do not go together
 */
export async function imageFolder(folder: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  checkOptions("imageFolder", options, FOLDER);
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
  const { made, problems, empty, classNames } = await readClasses(join(folder, "train"), options);
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
  const { made, problems, empty, classNames } = await readClasses(folder, options);
  return { ...splitFiles(made, problems, { ...options, classNames }), emptyClasses: empty };
}

/** How files are split. */
export interface SplitOptions extends PictureOptions {
  readonly classNames: readonly string[];
  readonly validationSplit?: number;
  readonly testSplit?: number;
  readonly seed?: number;
}

/** The pictures of the classes, which are the folders with pictures unless they are given. */
async function readClasses(
  folder: string,
  options: ImageFolderOptions,
): Promise<Part & { readonly classNames: readonly string[] }> {
  const folders = await classesOf(folder, options);
  const part = await readPart(folder, folders, options);
  const classNames = folders.filter((name) => options.classes || !part.empty.includes(name));
  if (classNames.length < 2 && !options.classes) {
    throw new StriateError(
      "data",
      `${folder}: only ${quotedNames(classNames)} has pictures that can be read, of the folders ${quotedNames(folders)}; ` +
        "a net tells two classes or more apart",
    );
  }
  const labels = new Map(classNames.map((name, label) => [name, label]));
  const made = part.made.map(({ path, label }) => ({ path, label: labels.get(folders[label] ?? "") ?? label }));
  return { ...part, made, classNames };
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
    throw new StriateError(
      "data",
      `${folder}: has no folder for ${quotedNames(missing)}; it has ${quotedNames(folders)}`,
    );
  }
  if (folders.length > 1) return folders;
  const found =
    folders.length === 1
      ? `one class only, ${quotedNames(folders)}`
      : pictures.length > 0
        ? `${pictures.length} pictures and no folders`
        : "no folders";
  const meant = await folderMeant(folder, folders, pictures);
  const advice = "make a folder for each class in it and put the class's pictures there";
  throw new StriateError("data", `${folder}: has ${found}; ${meant ? `did you mean ${pathText(meant)}?` : advice}`);
}

/** Where the classes are, for who named the folder above them or one of them. */
async function folderMeant(
  folder: string,
  folders: readonly string[],
  pictures: readonly string[],
): Promise<string | undefined> {
  const [only] = folders;
  const candidate =
    only !== undefined ? join(folder, only) : pictures.length > 0 ? dirname(resolve(folder)) : undefined;
  if (candidate === undefined) return undefined;
  const there = await folderContent(candidate).catch(() => undefined);
  if (!there || there.folders.length < 2) return undefined;
  for (const name of there.folders.slice(0, 2)) {
    if ((await folderContent(join(candidate, name)).catch(() => undefined))?.pictures.length === 0) return undefined;
  }
  return candidate;
}

/** A class that training knows nothing of would have no label. */
async function checkClasses(
  folder: string,
  classNames: readonly string[],
  { classes }: ImageFolderOptions,
): Promise<void> {
  const { folders } = await folderContent(folder);
  const unknown: string[] = [];
  for (const name of classes ? [] : folders) {
    const isKnown = classNames.includes(name) || (await picturesIn(join(folder, name))).length === 0;
    if (!isKnown) unknown.push(name);
  }
  if (unknown.length === 0) return;
  throw new StriateError("data", `${folder}: has classes that train does not have: ${quotedNames(unknown)}`);
}

interface Part {
  readonly made: readonly LabelledFile[];
  readonly problems: readonly DataProblem[];
  /** Classes without a picture that can be read. */
  readonly empty: readonly string[];
}

async function readPart(
  folder: string,
  classNames: readonly string[],
  { onError = "skip", followLinks = true }: ImageFolderOptions,
): Promise<Part> {
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

function quotedNames(names: readonly string[]): string {
  const shown = names.slice(0, 8).map(quoted);
  return shown.join(", ") + (names.length > 8 ? ` and ${names.length - 8} more` : "");
}
