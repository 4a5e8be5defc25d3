import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { didYouMean, listed, pathText } from "../../checks/index.ts";
import {
  FASHION_MNIST_CLASSES,
  fashionMnist,
  folderLayout,
  idxFolder,
  imageFolder,
  type LabelledFile,
  picturesIn,
  type SingleInputDataset,
  split,
} from "../../data/index.ts";
import { asError, StriateError } from "../../errors.ts";
import { isPictureName } from "../../image/index.ts";
import { defined } from "../defined.ts";
import { DEFAULT_SIZE } from "../flags/pictureFlags.ts";
import { listFolder } from "../runFolder/folder.ts";
import { BUNDLED } from "./dataSource.ts";

/** Data in its parts, with a name for every class. */
export interface LabelledData {
  readonly train: SingleInputDataset;
  readonly validation?: SingleInputDataset;
  readonly test?: SingleInputDataset;
  readonly classes: number;
  readonly classNames: readonly string[];
  /** Whether it is a folder of pictures, which are read while training goes on. */
  readonly hasPictures: boolean;
  /** Folders that are no classes because there is no picture in them that can be read. */
  readonly emptyClasses?: readonly string[];
  /** The parts that the data itself keeps, so that nothing is split off for them. */
  readonly ownParts: readonly ("validation" | "test")[];
  /** The files of each part, where each picture is one. */
  readonly pictures: Readonly<Partial<Record<Part, readonly LabelledFile[]>>>;
  /** The names of the files in the folder that hold many pictures each. */
  readonly archives: readonly string[];
}

type Part = "train" | "validation" | "test";

export interface DataOptions {
  readonly classes?: number | undefined;
  /** What is kept to validate and to test of data that has no part of its own for it; default 0. */
  readonly validationSplit?: number | undefined;
  readonly testSplit?: number | undefined;
  /** Of pictures in folders: height and width. */
  readonly imageSize?: readonly number[] | undefined;
  /** Of pictures in folders: their channels, default 3; and how they get their size, default `stretch`. */
  readonly channels?: 1 | 3 | 4 | undefined;
  readonly fit?: "stretch" | "crop" | "pad" | undefined;
  readonly seed?: number | undefined;
  /** Above which a picture counts as unreadable. */
  readonly maxPixels?: number | undefined;
  /** What is done about a picture that cannot be read; default `skip`. */
  readonly onError?: "skip" | "fail" | undefined;
  /** What is the class in the names of pictures in one folder. */
  readonly classPattern?: string | undefined;
  /** Those of the run that the data is for, in the order of their labels; default: those that it has. */
  readonly classNames?: readonly string[] | undefined;
}

/**
 * Reads the sample, a folder with IDX files, or a folder of pictures.
 * @throws StriateError `usage` when data is asked to have other classes than it has; `data` when its classes are not
 * those of the run; `io` when there is no such folder; and what `idxFolder` and `imageFolder` throw
 */
export async function loadData(source: string, options: DataOptions = {}): Promise<LabelledData> {
  const data = (await holdsPictures(source)) ? await pictureFolder(source, options) : await idxData(source, options);
  const { classNames = data.classNames } = options;
  if (JSON.stringify(classNames) === JSON.stringify(data.classNames)) return data;
  // Labels are places in the list of classes: with another list they mean something else.
  throw new StriateError(
    "data",
    `${pathText(source)}: has the classes ${listed(data.classNames)}; the run was started with ${listed(classNames)}. ` +
      "Give data with a folder for each class of the run (it may be empty) and no other, or start a new run",
  );
}

const IDX_NAME = /^(train|t10k)-(images|labels)[-.]idx/;

/** Whether a source is a folder of pictures: one with folders or pictures in it, and without IDX files. */
export async function holdsPictures(source: string): Promise<boolean> {
  if (source === BUNDLED) return false;
  const entries = await entriesOf(source);
  if (entries.some(({ name }) => IDX_NAME.test(name))) return false;
  if (entries.some((entry) => !entry.isFile() || isPictureName(entry.name))) return true;
  const names = entries.map(({ name }) => name);
  const found = names.length === 0 ? "is empty" : `has neither pictures nor IDX files in it, but ${listed(names)}`;
  throw new StriateError("data", `${pathText(source)}: ${found}. Give ${EXPECTED}`);
}

const EXPECTED =
  "a folder that holds a folder of pictures for each class, or one that holds IDX files (train-images-idx3-ubyte and its like) " +
  "or pictures whose names begin with their class (cat.0.jpg)";

async function entriesOf(source: string): Promise<Dirent[]> {
  try {
    return await readdir(source, { withFileTypes: true });
  } catch (thrown) {
    const { code, message }: NodeJS.ErrnoException = asError(thrown);
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: "there is no such folder",
      ENOTDIR: "is not a folder",
    };
    const reason = reasons[code ?? ""] ?? `cannot be read (${message})`;
    throw new StriateError(
      "io",
      `${pathText(source)}: ${reason}${didYouMean(basename(source), [BUNDLED])}. Give ${BUNDLED}, or ${EXPECTED}`,
      { cause: thrown },
    );
  }
}

/**
 * The classes of a folder with IDX files have numbers for names, unless its own name says that it holds Fashion-MNIST.
 */
async function idxData(source: string, options: DataOptions): Promise<LabelledData> {
  const { classes = FASHION_MNIST_CLASSES.length, validationSplit = 0, imageSize } = options;
  if (imageSize) throw new StriateError("usage", "--image-size is for a folder of pictures; this data has one size");
  if (options.maxPixels)
    throw new StriateError("usage", "--max-pixels is for a folder of pictures; this data has one size");
  if (options.onError) throw new StriateError("usage", "--on-error is for a folder of pictures, which are files each");
  if (options.classPattern !== undefined) {
    throw new StriateError("usage", "--class-pattern is for a folder of pictures, whose names have their classes");
  }
  const hasItsClasses = classes === FASHION_MNIST_CLASSES.length;
  if (source === BUNDLED && !hasItsClasses) {
    throw new StriateError("usage", `${BUNDLED} has ${FASHION_MNIST_CLASSES.length} classes; leave out --classes`);
  }
  const isFashion = hasItsClasses && basename(source).includes(BUNDLED);
  const classNames = isFashion ? FASHION_MNIST_CLASSES : Array.from({ length: classes }, (_, i) => String(i));
  const folder = source === BUNDLED ? undefined : source;
  const { train, test } = isFashion ? await fashionMnist(folder) : await idxFolder(source, { classNames });
  const parts = validationSplit === 0 ? { train } : split(train, validationSplit, defined({ seed: options.seed }));
  const archives = folder === undefined ? [] : (await listFolder(folder)).filter((name) => IDX_NAME.test(name)).sort();
  const ownParts = ["test"] as const;
  return { ...parts, test, classes, classNames, hasPictures: false, ownParts, pictures: {}, archives };
}

async function pictureFolder(source: string, options: DataOptions): Promise<LabelledData> {
  const {
    classes,
    validationSplit = 0,
    testSplit,
    imageSize,
    seed,
    onError,
    maxPixels,
    classPattern,
    classNames: ofRun,
    channels,
    fit,
  } = options;
  const [height = DEFAULT_SIZE, width = height] = imageSize ?? [];
  const layout = await folderLayout(source, ofRun);
  const ownParts = (["validation", "test"] as const).filter((part) => layout[part] !== undefined);
  const splits = {
    // Runs that know of no test split took no validation of a folder that has parts.
    validationSplit:
      ownParts.includes("validation") || (ownParts.length > 0 && testSplit === undefined) ? 0 : validationSplit,
    testSplit: ownParts.includes("test") ? 0 : (testSplit ?? 0),
  };
  const size = [height, width] as const;
  const asRun = ofRun && (await hasClasses(layout.train, ofRun)) ? ofRun : undefined;
  const { train, validation, test, classNames, emptyClasses } = await imageFolder(source, {
    size,
    ...splits,
    ...defined({ seed, onError, maxPixels, channels, fit, classPattern, classes: asRun }),
  });
  // Of a run the names are compared, which says more.
  if (!ofRun && classes !== undefined && classes !== classNames.length) {
    throw new StriateError("usage", `${source} has ${classNames.length} classes, not ${classes}; leave out --classes`);
  }
  return {
    train,
    ...(validation && { validation }),
    ...(test && { test }),
    classes: classNames.length,
    classNames,
    hasPictures: true,
    emptyClasses,
    ownParts,
    pictures: { train: train.files, ...defined({ validation: validation?.files, test: test?.files }) },
    archives: [],
  };
}

/**
 * Data to measure a run on: the test pictures, where it has a part for them, else all of it.
 * @throws StriateError as `loadData`
 */
export async function foreignData(source: string, options: DataOptions): Promise<SingleInputDataset> {
  const { train, test } = await loadData(source, { ...options, validationSplit: 0, testSplit: 0 });
  return test ?? train;
}

/** Whether a folder has a folder for each of these classes, which may be empty, and pictures in no other. */
async function hasClasses(folder: string, classNames: readonly string[]): Promise<boolean> {
  const folders = (await entriesOf(folder)).filter((entry) => !entry.isFile() && !entry.name.startsWith("."));
  const names = folders.map(({ name }) => name);
  if (!classNames.every((name) => names.includes(name))) return false;
  for (const name of names.filter((each) => !classNames.includes(each))) {
    if ((await picturesIn(join(folder, name)).catch(() => [])).length > 0) return false;
  }
  return true;
}

/** The name of the file with the test pictures. */
export async function testFileName(source: string): Promise<string> {
  const found = source === BUNDLED ? [] : await listFolder(source);
  const names = found.filter((name) => /^t10k-images[-.]idx3-ubyte(\.gz)?$/.test(name));
  return names.sort()[0] ?? "t10k-images-idx3-ubyte.gz";
}
