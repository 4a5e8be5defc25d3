import { platform } from "#platform";
import { checkOptions, type OptionNames, pathText, quoted } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { DataProblem } from "../dataset.ts";
import { stratified } from "../stratified.ts";
import { checkedFiles } from "./checked.ts";
import { checkDistinct, classExpression, classesByPrefix } from "./classNames.ts";
import { type ClassSource, classesByFolder, classesByName } from "./classSource.ts";
import { type ImageFiles, imageFiles, type LabelledFile } from "./imageFiles.ts";
import { folderLayout, hasPictures } from "./layout.ts";
import { PICTURE, type PictureOptions } from "./picturePixels.ts";
import { folderContent } from "./walk.ts";

const { basename, dirname, join, resolve } = platform.paths;

/** How a folder becomes data sets. */
export interface ImageFolderOptions extends PictureOptions {
  /** The classes, in the order of their labels; default: the subfolders with a picture in them, sorted. */
  readonly classes?: readonly string[];
  /**
   * Where the class is in the files' names: what they match, its first group where it has one. `/^(cat|dog)/`, or the text of
   * it. Default: the folders are the classes; where there are none, what the names begin with, if that is plain (see below).
   */
  readonly classPattern?: RegExp | string;
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
  classPattern: true,
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
 * Or all in one folder, with the class in each name: cat.0.jpg, dog.12.jpg. `classPattern` says where; without it, the letters
 * before a digit, dot, underscore, space or dash are the class where every picture has them and they give two classes or
 * more, each of two pictures or more. A folder that has nothing but one folder, in which the classes are, stands for that one.
 *
 * Labels go by the names of the class folders, sorted; a folder without a picture that can be read is no class, unless
 * `classes` names it, and `emptyClasses` lists it. Links are followed, circles end. Files that are no pictures by
 * their first bytes are left out from the beginning, damaged ones when they are read (see `onError`); `problems()` of
 * each part lists them.
 *
 * @throws StriateError `io` where the folder cannot be read; `data` where there are no pictures, only one class that was
 * not asked for, classes that differ only in case, or a class in one part that the others lack; `usage` for options that do not go together
 */
export async function imageFolder(folder: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  checkOptions("imageFolder", options, FOLDER);
  const layout = await folderLayout(folder, options.classes);
  for (const [option, part] of [
    ["validationSplit", layout.validation],
    ["testSplit", layout.test],
  ] as const) {
    if (part === undefined || !options[option]) continue;
    const why = `is split by its folders already: there is a folder ${basename(part)}; leave out ${option}`;
    throw new StriateError("usage", `${folder}: ${why}`);
  }
  const pattern = await patternOf(layout.train, options);
  const { made, problems, empty, classNames } = await readClasses(layout.train, options, pattern);
  const { classPattern: _, ...others } = options;
  const own = { ...others, classNames };
  const [validation, test] = await Promise.all(
    [layout.validation, layout.test].map(async (part) => {
      if (part === undefined) return undefined;
      const source = await sourceOf(part, options, pattern);
      if (!options.classes) await checkClasses(part, classNames, source);
      const { made, problems } = await readPart(part, classNames, options, source);
      return imageFiles(made, own, {}, problems);
    }),
  );
  return {
    ...splitFiles(made, problems, own),
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
  const source = await sourceOf(folder, options, undefined);
  const classNames = await classesOf(folder, { ...options, ...single }, source);
  const { made, problems } = await readPart(folder, classNames, options, source);
  return { files: made, classNames, problems };
}

/** What says the class of a file by its name: what is given, or what is plain where no folder is a class. */
async function patternOf(folder: string, { classPattern }: ImageFolderOptions): Promise<RegExp | undefined> {
  if (classPattern !== undefined) return classExpression("imageFolder", classPattern);
  const { folders, pictures } = await folderContent(folder);
  if (pictures.length === 0) return undefined;
  for (const name of folders) if (await hasPictures(join(folder, name), DEPTH)) return undefined;
  return classesByPrefix(pictures).pattern;
}

/** Folders within a class folder are looked into so far before it counts as empty. */
const DEPTH = 8;

function sourceOf(
  folder: string,
  { followLinks = true }: ImageFolderOptions,
  pattern: RegExp | undefined,
): Promise<ClassSource> {
  return pattern ? classesByName(folder, pattern, followLinks) : classesByFolder(folder, followLinks);
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
  pattern: RegExp | undefined,
): Promise<Part & { readonly classNames: readonly string[] }> {
  const source = await sourceOf(folder, options, pattern);
  const folders = await classesOf(folder, options, source, pattern);
  const part = await readPart(folder, folders, options, source);
  const classNames = folders.filter((name) => options.classes || !part.empty.includes(name));
  if (!options.classes) checkDistinct(folder, classNames);
  if (classNames.length < 2 && !options.classes) {
    throw new StriateError(
      "data",
      `${folder}: only ${quotedNames(classNames)} has pictures that can be read, of the ${pattern ? "classes" : "folders"} ` +
        `${quotedNames(folders)}; a net tells two classes or more apart`,
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

async function classesOf(
  folder: string,
  { classes }: ImageFolderOptions,
  { names, strays }: ClassSource,
  pattern?: RegExp,
): Promise<readonly string[]> {
  if (classes) {
    const missing = classes.filter((name) => !names.includes(name));
    if (missing.length === 0) return classes;
    const what = pattern ? "picture of" : "folder for";
    throw new StriateError(
      "data",
      `${folder}: has no ${what} ${quotedNames(missing)}; it has ${quotedNames(names) || "none"}`,
    );
  }
  if (names.length > 1) return names;
  throw new StriateError("data", `${folder}: ${pattern ? tooFewByName(names, strays, pattern) : await tooFew(folder)}`);
}

function tooFewByName(names: readonly string[], strays: readonly DataProblem[], pattern: RegExp): string {
  const [stray] = strays;
  const unmatched = stray ? `; ${strays.length} names do not match it, as ${quoted(basename(stray.path))}` : "";
  if (names.length === 0 && !stray) return "has no pictures";
  const found = names.length === 0 ? "no class" : `one class only, ${quotedNames(names)}`;
  return `by the class pattern ${pattern} has ${found}${unmatched}`;
}

/** Why a folder of folders has no two classes, and what to do. */
async function tooFew(folder: string): Promise<string> {
  const { folders, pictures } = await folderContent(folder);
  const { found: named, advice: byName } = classesByPrefix(pictures);
  const found =
    folders.length === 1
      ? `one class only, ${quotedNames(folders)}`
      : pictures.length > 0
        ? `${pictures.length} pictures and no folders${named && `, ${named}`}`
        : "no folders";
  const meant = await folderMeant(folder, folders, pictures);
  const advice = "make a folder for each class in it and put the class's pictures there";
  const orByName = folders.length === 0 && pictures.length > 0 ? `, or ${byName}` : "";
  return `has ${found}; ${meant ? `did you mean ${pathText(meant)}?` : advice + orByName}`;
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
async function checkClasses(folder: string, classNames: readonly string[], source: ClassSource): Promise<void> {
  const unknown: string[] = [];
  for (const name of source.names) {
    if (!classNames.includes(name) && (await source.pictures(name)).length > 0) unknown.push(name);
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
  { onError = "skip" }: ImageFolderOptions,
  source: ClassSource,
): Promise<Part> {
  const files: LabelledFile[] = [];
  for (const [label, name] of classNames.entries()) {
    for (const path of await source.pictures(name)) files.push({ path, label });
  }
  const [stray] = source.strays;
  if (stray && onError === "fail") throw new StriateError("data", `${stray.path}: ${stray.reason}`);
  const { good, problems: unreadable } = await checkedFiles(files, onError);
  const problems = [...source.strays, ...unreadable];
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
