import { nameText } from "../checks/index.ts";
import { arrays, readIdx, type SingleInputDataset } from "../data/index.ts";
import { selectEngine } from "../engine/index.ts";
import { StriateError } from "../errors.ts";
import { decodeImage, isPictureName, resizeImage } from "../image/index.ts";
import type { Model } from "../model/index.ts";
import { divideBytes } from "../simd/divideBytes.ts";
import { sameShape, shapeText, sizeOf, type Tensor } from "../tensor/index.ts";
import { predict } from "../training/index.ts";
import type { Call } from "./command.ts";
import type { PredictFlags } from "./commands/predict.ts";
import { loadData, testFileName } from "./data.ts";
import { findInputs } from "./inputs.ts";
import { DONE, type Output } from "./output.ts";
import type { RunConfig } from "./run/config.ts";
import { trainedModel } from "./run/open.ts";
import { defined } from "./values.ts";

/** Pictures that are read and predicted together. */
const CHUNK = 128;
/** Without files a few of the test pictures are enough to see how the net does. */
const DEFAULT_LIMIT = 10;

/** Pictures with names. */
interface Source {
  readonly length: number;
  nameOf(index: number): string;
  /** Those of the pictures that can be read, [n, ...one picture], and why the others cannot. */
  read(indices: readonly number[]): Promise<Read>;
}

interface Read {
  readonly indices: readonly number[];
  readonly inputs: Tensor<"float32">;
  readonly failures: readonly Error[];
}

/** `striate predict`: the most probable classes of each picture. A bad photo among many is told and left out. */
export async function predictPictures({ args, flags, output, signal }: Call<PredictFlags>): Promise<number> {
  const [folder = "", ...files] = args;
  const { config, model } = await trainedModel(folder);
  const sources = files.length > 0 ? await fileSources(files, model) : [await testPictures(config, model)];
  const failures: Error[] = [];
  let left = flags.limit ?? (files.length > 0 ? Number.POSITIVE_INFINITY : DEFAULT_LIMIT);
  let asked = 0;
  const engine = await selectEngine(defined({ engine: flags.engine, threads: flags.threads }));
  try {
    for (const source of sources) {
      const count = Math.min(left, source.length);
      left -= count;
      asked += count;
      for (let start = 0; start < count; start += CHUNK) {
        if (signal.aborted) throw new StriateError("interrupted", "the prediction was interrupted");
        const read = await source.read(Array.from({ length: Math.min(CHUNK, count - start) }, (_, i) => start + i));
        failures.push(...read.failures);
        if (read.indices.length === 0) continue;
        const { data } = await predict(model, read.inputs, { engine, batchSize: CHUNK, signal });
        const classes = config.classNames.length;
        for (const [row, index] of read.indices.entries()) {
          const probabilities = data.subarray(row * classes, (row + 1) * classes);
          tell(output, source.nameOf(index), ranked(probabilities, config.classNames).slice(0, flags.top ?? 3));
        }
      }
    }
  } finally {
    await engine.close();
  }
  const [first] = failures;
  if (!first) return DONE;
  if (asked === 1) throw first;
  for (const { message } of failures) output.say(`  ${nameText(message)}`);
  throw new StriateError("data", `${failures.length} of ${asked} pictures could not be read; the others are done`);
}

interface Ranked {
  readonly class: string;
  readonly probability: number;
}

/** The classes, the most probable first. */
function ranked(probabilities: Float32Array, names: readonly string[]): Ranked[] {
  const all = names.map((name, i) => ({ class: name, probability: probabilities[i] ?? Number.NaN }));
  return all.sort((a, b) => b.probability - a.probability);
}

function tell(output: Output, input: string, top: readonly Ranked[]): void {
  const words = top.map(({ class: name, probability }) => `${nameText(name)} ${(100 * probability).toFixed(1)}%`);
  output.result({ input, ...top[0], top }, `${nameText(input)}  ${words.join("  ")}`);
}

async function testPictures({ options, classNames }: RunConfig, model: Model): Promise<Source> {
  const { test } = await loadData(options.data, { ...options, classNames });
  const source = test.describe?.();
  if (source?.kind === "imageFiles") {
    const photos = source.files.map(({ path }) => path);
    return photoSource(photos, model);
  }
  const name = await testFileName(options.data);
  return datasetSource(test, (i) => `${name}#${i}`);
}

function datasetSource(pictures: SingleInputDataset, nameOf: (index: number) => string): Source {
  return {
    length: pictures.length,
    nameOf,
    read: async (indices) => ({ indices, inputs: (await pictures.read(indices)).inputs, failures: [] }),
  };
}

/** Files are read before the first prediction, so that a bad one leaves no half result; photos when their turn comes. */
async function fileSources(given: readonly string[], model: Model): Promise<Source[]> {
  const paths = (await findInputs(given)).map(({ path }) => path);
  const sources: Source[] = [];
  for (let from = 0; from < paths.length; ) {
    const rest = paths.slice(from);
    const other = rest.findIndex((path) => !isPictureName(path));
    const photos = other < 0 ? rest : rest.slice(0, other);
    if (photos.length > 0) sources.push(photoSource(photos, model));
    else sources.push(await idxSource(rest[0] ?? "", model));
    from += Math.max(1, photos.length);
  }
  return sources;
}

/** Photos as training makes them: with the model's channels, stretched to its size. */
function photoSource(photos: readonly string[], { name, inputShape: shape }: Model): Source {
  const [height = 1, width = 1, channels = 1] = shape;
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    throw new StriateError("shape", `model ${name} takes ${shapeText(shape)}, which no picture is`);
  }
  return {
    length: photos.length,
    nameOf: (i) => photos[i] ?? "",
    async read(indices) {
      const good: number[] = [];
      const failures: Error[] = [];
      const size = sizeOf(shape);
      const data = new Float32Array(indices.length * size);
      for (const index of indices) {
        try {
          const image = resizeImage(await decodeImage(photos[index] ?? "", { channels }), { height, width });
          divideBytes(image.data, 255, data, good.length * size);
          good.push(index);
        } catch (thrown) {
          if (!(thrown instanceof StriateError && (thrown.code === "data" || thrown.code === "io"))) throw thrown;
          failures.push(thrown);
        }
      }
      const inputs = {
        dtype: "float32",
        shape: [good.length, ...shape],
        data: data.slice(0, good.length * size),
      } as const;
      return { indices: good, inputs, failures };
    },
  };
}

async function idxSource(file: string, model: Model): Promise<Source> {
  const { dtype, shape, data } = await readIdx(file);
  const [count = 0, ...rest] = shape;
  const inputShape = rest.length === 2 ? [...rest, 1] : rest;
  if (!sameShape(inputShape, model.inputShape)) {
    throw new StriateError(
      "shape",
      `${file}: holds ${shapeText(shape)}, but model ${model.name} of this run takes pictures ` +
        `${shapeText(model.inputShape)}: [n,height,width] in a file`,
    );
  }
  const pictures = arrays({ inputs: { dtype, shape: [count, ...inputShape], data }, targets: new Uint8Array(count) });
  return datasetSource(pictures, (i) => (count === 1 ? file : `${file}#${i}`));
}
