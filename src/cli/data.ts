import { basename, resolve } from "node:path";
import { FASHION_MNIST_CLASSES, fashionMnist, idxFolder, type TrainTest } from "../data/index.ts";
import { StriateError } from "../errors.ts";
import { listFolder } from "./run/folder.ts";

/** The sample that comes along. */
const BUNDLED = "fashion-mnist";

/** What `--data` says, in a form that means the same from any folder. */
export function dataSource(given: string): string {
  return given === BUNDLED ? BUNDLED : resolve(given);
}

/** A short name of some data, for the folder of a run. */
export function dataName(source: string): string {
  return basename(source).replace(/[^\w.-]+/g, "-") || "data";
}

/** Data in its two parts, with a name for every class. */
export interface LabelledData extends TrainTest {
  readonly classes: number;
  readonly classNames: readonly string[];
}

/**
 * Reads the sample, or a folder with IDX files. The classes of a folder have numbers for names, unless its own name
 * says that it holds Fashion-MNIST.
 * @throws StriateError `usage` when the sample is asked to have other classes, and what `idxFolder` throws
 */
export async function loadData(source: string, classes = FASHION_MNIST_CLASSES.length): Promise<LabelledData> {
  const hasItsClasses = classes === FASHION_MNIST_CLASSES.length;
  if (source === BUNDLED && !hasItsClasses) {
    throw new StriateError("usage", `${BUNDLED} has ${FASHION_MNIST_CLASSES.length} classes; leave out --classes`);
  }
  const isFashion = hasItsClasses && basename(source).includes(BUNDLED);
  const classNames = isFashion ? FASHION_MNIST_CLASSES : Array.from({ length: classes }, (_, i) => String(i));
  const folder = source === BUNDLED ? undefined : source;
  const { train, test } = isFashion ? await fashionMnist(folder) : await idxFolder(source, { classNames });
  return { train, test, classes, classNames };
}

/** The name of the file with the test pictures. */
export async function testFileName(source: string): Promise<string> {
  const found = source === BUNDLED ? [] : await listFolder(source);
  const names = found.filter((name) => /^t10k-images[-.]idx3-ubyte(\.gz)?$/.test(name));
  return names.sort()[0] ?? "t10k-images-idx3-ubyte.gz";
}
