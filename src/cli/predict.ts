import { arrays, readIdx, type SingleInputDataset } from "../data/index.ts";
import { selectEngine } from "../engine/index.ts";
import { StriateError } from "../errors.ts";
import { decodeImage, isPictureName, resizeImage } from "../image/index.ts";
import type { Model } from "../model/index.ts";
import { sameShape, shapeText } from "../tensor/index.ts";
import { predict } from "../training/index.ts";
import type { Call } from "./command.ts";
import type { PredictFlags } from "./commands/predict.ts";
import { loadData, testFileName } from "./data.ts";
import { DONE, type Output } from "./output.ts";
import type { RunConfig } from "./run/config.ts";
import { trainedModel } from "./run/open.ts";
import { defined } from "./values.ts";

/** Pictures that are read and predicted together. */
const CHUNK = 1024;
const BATCH = 128;
/** Without files a few of the test pictures are enough to see how the net does. */
const DEFAULT_LIMIT = 10;

/** Pictures with names. */
interface Source {
  nameOf(index: number): string;
  readonly pictures: SingleInputDataset;
}

/** `striate predict`: the most probable classes of each picture. */
export async function predictPictures({ args, flags, output, signal }: Call<PredictFlags>): Promise<number> {
  const [folder = "", ...files] = args;
  const { config, model } = await trainedModel(folder);
  const sources = files.length > 0 ? await readFiles(files, model) : [await testPictures(config)];
  let left = flags.limit ?? (files.length > 0 ? Number.POSITIVE_INFINITY : DEFAULT_LIMIT);
  const engine = await selectEngine(defined({ engine: flags.engine, threads: flags.threads }));
  try {
    for (const { nameOf, pictures } of sources) {
      const count = Math.min(left, pictures.length);
      left -= count;
      for (let start = 0; start < count; start += CHUNK) {
        const indices = Array.from({ length: Math.min(CHUNK, count - start) }, (_, i) => start + i);
        const { inputs } = await pictures.read(indices);
        const { data } = await predict(model, inputs, { engine, batchSize: BATCH, signal });
        const classes = config.classNames.length;
        for (const [row, index] of indices.entries()) {
          const probabilities = data.subarray(row * classes, (row + 1) * classes);
          tell(output, nameOf(index), ranked(probabilities, config.classNames).slice(0, flags.top ?? 3));
        }
      }
    }
    return DONE;
  } finally {
    await engine.close();
  }
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
  const words = top.map(({ class: name, probability }) => `${name} ${(100 * probability).toFixed(1)}%`);
  output.result({ input, ...top[0], top }, `${input}  ${words.join("  ")}`);
}

async function testPictures({ options, classNames }: RunConfig): Promise<Source> {
  const { test } = await loadData(options.data, { ...options, classNames });
  const source = test.describe?.();
  if (source?.kind === "imageFiles") return { nameOf: (i) => source.files[i]?.path ?? "", pictures: test };
  const name = await testFileName(options.data);
  return { nameOf: (i) => `${name}#${i}`, pictures: test };
}

/** One photo as training makes them: the model's channels, stretched to its size. */
async function readPicture(file: string, { name, inputShape }: Model): Promise<SingleInputDataset> {
  const [height = 1, width = 1, channels = 1] = inputShape;
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    throw new StriateError("shape", `model ${name} takes ${shapeText(inputShape)}, which no picture is`);
  }
  const image = resizeImage(await decodeImage(file, { channels }), { height, width });
  return arrays({ inputs: { ...image, shape: [1, ...image.shape] }, targets: [0] });
}

/** Reads every file before the first prediction, so that a bad one leaves no half result. */
async function readFiles(files: readonly string[], model: Model): Promise<Source[]> {
  const sources: Source[] = [];
  for (const file of files) {
    const pictures = await readPictures(file, model);
    sources.push({ nameOf: (i) => (pictures.length === 1 ? file : `${file}#${i}`), pictures });
  }
  return sources;
}

async function readPictures(file: string, model: Model): Promise<SingleInputDataset> {
  if (isPictureName(file)) return readPicture(file, model);
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
  return arrays({ inputs: { dtype, shape: [count, ...inputShape], data }, targets: new Uint8Array(count) });
}
