import { platform } from "#platform";
import { pathText } from "../../checks/index.ts";
import { asError, StriateError } from "../../errors.ts";
import { divideBytes } from "../../simd/divideBytes.ts";
import type { DataProblem, SingleInputDataset } from "../dataset.ts";
import { classLabels, knownClasses } from "../labels.ts";
import { type CacheShare, pictureCache } from "./pictureCache.ts";
import { examplePixels, exampleShape, type PictureOptions, pictureKey } from "./picturePixels.ts";
import { mapLimited } from "./pool.ts";
import { isShortage, patiently } from "./retry.ts";

/** A picture on disk and its class. */
export interface LabelledFile {
  readonly path: string;
  readonly label: number;
}

/** Pictures on disk as a data set. */
export interface ImageFiles extends SingleInputDataset {
  readonly classes: number;
  readonly classNames: readonly string[];
  readonly files: readonly LabelledFile[];
  paths(): readonly string[];
  problems(): readonly DataProblem[];
}

export interface ImageFilesOptions extends PictureOptions {
  readonly classNames: readonly string[];
}

interface ReadPicture {
  readonly pixels: Uint8Array;
  readonly label: number;
  /** Whether it is another picture than was asked for. */
  readonly standsIn: boolean;
}

/** Pictures that are decoded at a time: enough for the threads that decode, few enough for the memory. */
const AT_A_TIME = 8;

/**
 * A data set of picture files, decoded when they are read.
 * @param known problems that were found before, to be listed with those to come
 * @throws StriateError `data` where there are none, or a label is outside the classes; `usage` for a wrong size
 */
export function imageFiles(
  files: readonly LabelledFile[],
  options: ImageFilesOptions,
  cacheOptions: CacheShare = {},
  known: readonly DataProblem[] = [],
): ImageFiles {
  const { classNames, onError = "skip" } = options;
  const inputShape = exampleShape(options);
  const classes = knownClasses({ classNames }).classes ?? classNames.length;
  const labels = classLabels(
    files.map(({ label }) => label),
    classes,
    "the files",
  ).data;
  if (files.length === 0) throw new StriateError("data", "there are no pictures to make a data set of");
  const cache = pictureCache(cacheOptions);
  const problems = new Map(known.map((problem) => [problem.path, problem]));

  /** The picture at an index, or the next readable one that stands in for it: of its class, else of any. */
  const readable = async (index: number): Promise<ReadPicture> => {
    for (const candidate of candidates(index, labels)) {
      const path = files[candidate]?.path ?? "";
      if (problems.has(path)) continue;
      try {
        const pixels = await patiently(path, () => examplePixels(path, options, cache));
        return { pixels, label: labels[candidate] ?? 0, standsIn: candidate !== index };
      } catch (thrown) {
        const error = asError(thrown);
        if (isShortage(error)) throw error;
        const expected = error instanceof StriateError && (error.code === "data" || error.code === "io");
        if (!expected || onError === "fail") throw error;
        problems.set(path, { path, reason: withoutPath(error.message, path) });
      }
    }
    const [last] = [...problems.values()].slice(-1);
    throw new StriateError("data", `no picture can be read any more; the last: ${last?.path}: ${last?.reason}`);
  };

  return {
    length: files.length,
    inputShape,
    classes,
    classNames,
    files,
    fresh: true,
    versions: 1,
    labels: () => labels,
    paths: () => files.map(({ path }) => path),
    problems: () => [...problems.values()],
    describe: () => ({ kind: "imageFiles", files, options }),
    signatures: () =>
      mapLimited(files, AT_A_TIME, async ({ path, label }) => {
        // One that is not there is read, and fails, whatever its signature.
        const { size, mtimeMs } = await platform.files.status(path).catch(() => ({ size: 0, mtimeMs: 0 }));
        return JSON.stringify([path, size, mtimeMs, label, pictureKey(options), options.scale ?? true]);
      }),
    async read(indices) {
      const rows = Array.from(indices);
      const wrong = rows.find((index) => files[index] === undefined);
      if (wrong !== undefined) {
        throw new StriateError("usage", `index ${wrong} is outside a data set of ${files.length} pictures`);
      }
      const size = inputShape.reduce((product, side) => product * side, 1);
      const data = new Float32Array(rows.length * size);
      const targets = new Int32Array(rows.length);
      const standIns: number[] = [];
      await mapLimited(rows, AT_A_TIME, async (index, row) => {
        const { pixels, label, standsIn } = await readable(index);
        const to = row * size;
        if (standsIn) standIns.push(row);
        targets[row] = label;
        divideBytes(pixels, (options.scale ?? true) ? 255 : 1, data, to);
      });
      return {
        inputs: { dtype: "float32", shape: [rows.length, ...inputShape], data },
        targets: { dtype: "int32", shape: [rows.length], data: targets },
        ...(standIns.length > 0 && { standIns: standIns.sort((a, b) => a - b) }),
      };
    },
  };
}

/** An index, those after it in a circle that have its label, then all the others. */
function* candidates(index: number, labels: Int32Array): Generator<number> {
  yield index;
  for (const same of [true, false]) {
    for (let step = 1; step < labels.length; step++) {
      const other = (index + step) % labels.length;
      if ((labels[other] === labels[index]) === same) yield other;
    }
  }
}

/** The list of problems has the path beside the reason. */
function withoutPath(message: string, path: string): string {
  const name = `${pathText(path)}: `;
  return message.startsWith(name) ? message.slice(name.length) : message;
}
