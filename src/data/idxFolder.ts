import { platform } from "#platform";
import { checkOptions } from "../checks/index.ts";
import { asError, StriateError } from "../errors.ts";
import { sameShape, shapeText, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { arrays } from "./arrays.ts";
import type { SingleInputDataset, TrainTest } from "./dataset.ts";
import { type IdxOptions, readIdx } from "./idx.ts";
import { classLabels, knownClasses } from "./labels.ts";

/** How `idxFolder` reads. */
export interface IdxFolderOptions extends IdxOptions {
  /** The number of classes; default: as many as there are class names, else 10. */
  readonly classes?: number;
  readonly classNames?: readonly string[];
}

/**
 * Reads a folder with the four files of MNIST and of the data sets that took its format: `train-images-idx3-ubyte`,
 * `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, each plain or with `.gz`, and also
 * with a dot (`train-images.idx3-ubyte`). Pictures are [n, height, width] and become examples of [height, width, 1].
 *
 * @throws StriateError `io` where the folder or a file cannot be read; `data` where a file is missing, damaged, or
 * does not go with the others
 */
export async function idxFolder(folder: string, options: IdxFolderOptions = {}): Promise<TrainTest> {
  checkOptions("idxFolder", options, { classes: true, classNames: true, maxBytes: true });
  const { classNames, classes = classNames?.length ?? 10, maxBytes } = options;
  const limits = maxBytes === undefined ? {} : { maxBytes };
  const known = knownClasses({ classes, classNames });
  const files = await findFiles(folder);
  const train = await readPart(files.trainImages, files.trainLabels, classes, known, limits);
  const test = await readPart(files.testImages, files.testLabels, classes, known, limits);
  if (!sameShape(train.inputShape, test.inputShape)) {
    throw new StriateError(
      "data",
      `${folder}: pictures for training are ${shapeText(train.inputShape)}, those for the test ` +
        `${shapeText(test.inputShape)}; they must have one size`,
    );
  }
  return { train, test };
}

const NAMES = {
  trainImages: variants("train-images", "idx3-ubyte"),
  trainLabels: variants("train-labels", "idx1-ubyte"),
  testImages: variants("t10k-images", "idx3-ubyte"),
  testLabels: variants("t10k-labels", "idx1-ubyte"),
} as const;

function variants(name: string, format: string): readonly string[] {
  return [`${name}-${format}`, `${name}-${format}.gz`, `${name}.${format}`, `${name}.${format}.gz`];
}

async function findFiles(folder: string): Promise<Record<keyof typeof NAMES, string>> {
  const present = new Set(await list(folder));
  const missing: string[] = [];
  const find = (names: readonly string[]): string => {
    const name = names.find((candidate) => present.has(candidate));
    if (name === undefined) missing.push(names.join(", "));
    return platform.paths.join(folder, name ?? "");
  };
  const files = {
    trainImages: find(NAMES.trainImages),
    trainLabels: find(NAMES.trainLabels),
    testImages: find(NAMES.testImages),
    testLabels: find(NAMES.testLabels),
  };
  if (missing.length > 0) {
    const what = present.size === 0 ? "the folder is empty" : "files of the data set are missing";
    const looked = missing.map((names) => `\n  one of ${names}`).join("");
    throw new StriateError("data", `${folder}: ${what}. Looked for${looked}`);
  }
  return files;
}

async function list(folder: string): Promise<string[]> {
  try {
    return (await platform.files.list(folder)).map(({ name }) => name);
  } catch (thrown) {
    if (thrown instanceof StriateError) throw thrown;
    const error: NodeJS.ErrnoException = asError(thrown);
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: "there is no such folder",
      ENOTDIR: "is not a folder",
    };
    const reason = reasons[error.code ?? ""] ?? `cannot be read (${error.message})`;
    const looked = Object.values(NAMES).map(([name]) => name);
    const message = `${folder}: ${reason}. Give a folder that holds ${looked.join(", ")} (each also as .gz)`;
    throw new StriateError("io", message, { cause: thrown });
  }
}

async function readPart(
  imagesPath: string,
  labelsPath: string,
  classes: number,
  known: ReturnType<typeof knownClasses>,
  options: IdxOptions,
): Promise<SingleInputDataset> {
  const inputs = pictures(await readIdx(imagesPath, options), imagesPath);
  const labels = await readIdx(labelsPath, options);
  if (labels.shape.length !== 1) {
    throw new StriateError(
      "data",
      `${labelsPath}: holds ${shapeText(labels.shape)}, where labels are [count]${swapped(labels.shape.length === 3)}`,
    );
  }
  const [pictureCount = 0] = inputs.shape;
  const [labelCount = 0] = labels.shape;
  if (pictureCount !== labelCount) {
    throw new StriateError(
      "data",
      `${imagesPath} holds ${pictureCount} pictures, but ${labelsPath} ${labelCount} labels; get two that go together`,
    );
  }
  return arrays({ inputs, targets: classLabels(labels.data, classes, labelsPath), ...known });
}

function pictures({ shape, data }: Tensor<"uint8">, path: string): Tensor<"uint8"> {
  const [count, height, width] = shape;
  if (shape.length !== 3 || count === undefined || height === undefined || width === undefined) {
    throw new StriateError(
      "data",
      `${path}: holds ${shapeText(shape)}, where pictures are [count,height,width]${swapped(shape.length === 1)}`,
    );
  }
  if (sizeOf(shape) === 0) throw new StriateError("data", `${path}: holds no pictures: ${shapeText(shape)}`);
  return { dtype: "uint8", shape: [count, height, width, 1], data };
}

function swapped(looksSo: boolean): string {
  return looksSo ? ". The files of pictures and of labels look swapped" : "";
}
