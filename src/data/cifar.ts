import { platform } from "#platform";
import { checkOptions } from "../checks/index.ts";
import { asError, StriateError } from "../errors.ts";
import { readRegular } from "../files/regularFile.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { arrays } from "./arrays.ts";
import type { SingleInputDataset, TrainTest } from "./dataset.ts";

const { join } = platform.paths;

const SIDE = 32;
const PIXELS = SIDE * SIDE;

/**
 * CIFAR-10 in its binary version (Krizhevsky 2009): `data_batch_1.bin` to `data_batch_5.bin`, `test_batch.bin` and
 * `batches.meta.txt`, as `cifar-10-binary.tar.gz` unpacks them. Pictures are [32,32,3].
 * @throws StriateError `io` where a file cannot be read, `data` where one is damaged
 */
export async function cifar10(folder: string): Promise<TrainTest> {
  const classNames = await names(join(folder, "batches.meta.txt"));
  const layout = { labels: 1, label: 0, classNames };
  const batches = [1, 2, 3, 4, 5].map((batch) => join(folder, `data_batch_${batch}.bin`));
  return { train: await read(batches, layout), test: await read([join(folder, "test_batch.bin")], layout) };
}

/**
 * CIFAR-100 in its binary version: `train.bin`, `test.bin`, `fine_label_names.txt` and `coarse_label_names.txt`.
 * @param options `labels`: the 100 classes (`fine`, the default) or the 20 groups of them (`coarse`)
 * @throws StriateError `io` where a file cannot be read, `data` where one is damaged
 */
export async function cifar100(
  folder: string,
  options: { readonly labels?: "fine" | "coarse" } = {},
): Promise<TrainTest> {
  checkOptions("cifar100", options, { labels: true });
  const { labels = "fine" } = options;
  const classNames = await names(join(folder, `${labels}_label_names.txt`));
  const layout = { labels: 2, label: labels === "fine" ? 1 : 0, classNames };
  return {
    train: await read([join(folder, "train.bin")], layout),
    test: await read([join(folder, "test.bin")], layout),
  };
}

/** A record is some labels of a byte each, then the red, green and blue values of 32 x 32 pixels. */
interface Layout {
  readonly labels: number;
  /** Which of the labels is taken. */
  readonly label: number;
  readonly classNames: readonly string[];
}

async function read(paths: readonly string[], layout: Layout): Promise<SingleInputDataset> {
  const record = layout.labels + 3 * PIXELS;
  const files = await Promise.all(paths.map(open));
  const sizes = files.map((file, i) => {
    if (file.length > 0 && file.length % record === 0) return file.length / record;
    throw new StriateError(
      "data",
      `${paths[i]}: has ${file.length} bytes, where records have ${record} each; get the file again`,
    );
  });
  const count = sizes.reduce((sum, size) => sum + size, 0);
  const pictures: Tensor<"uint8"> = {
    dtype: "uint8",
    shape: [count, SIDE, SIDE, 3],
    data: new Uint8Array(count * 3 * PIXELS),
  };
  const targets = new Uint8Array(count);
  let row = 0;
  for (const [i, file] of files.entries()) {
    for (let at = 0; at < file.length; at += record, row++) {
      const label = file[at + layout.label] ?? 0;
      if (label >= layout.classNames.length) {
        throw new StriateError("data", `${paths[i]}: label ${label} at byte ${at} is outside the classes`);
      }
      targets[row] = label;
      interleave(file.subarray(at + layout.labels, at + record), pictures.data, row * 3 * PIXELS);
    }
  }
  return arrays({ inputs: pictures, targets, classNames: layout.classNames });
}

function interleave(planes: Uint8Array, out: Uint8Array, to: number): void {
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < PIXELS; i++) out[to + 3 * i + channel] = planes[channel * PIXELS + i] ?? 0;
  }
}

async function names(path: string): Promise<readonly string[]> {
  const text = new TextDecoder().decode(await open(path));
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (lines.length === 0) throw new StriateError("data", `${path}: names no classes`);
  return lines;
}

async function open(path: string): Promise<Uint8Array> {
  try {
    return await readRegular(path);
  } catch (thrown) {
    throw new StriateError("io", `${path}: cannot be read (${asError(thrown).message})`, { cause: thrown });
  }
}
