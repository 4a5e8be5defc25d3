import { fitted } from "../../../data/files/picturePixels.ts";
import { readIdx, type SingleInputDataset } from "../../../data/index.ts";
import { StriateError } from "../../../errors.ts";
import { readRegular } from "../../../files/regularFile.ts";
import { decodeImage } from "../../../image/index.ts";
import { writePreprocessed } from "../../../model/index.ts";
import { shapeText, type Tensor, tensor } from "../../../tensor/index.ts";
import { testFileName } from "../../data/labelledData.ts";
import { findInputs } from "../../data/pictureFiles.ts";
import { defined } from "../../defined.ts";
import type { RunConfig } from "../../runFolder/config.ts";
import { testData } from "../../runFolder/testData.ts";
import type { Predictor } from "./predictor.ts";

/** Pictures with names. */
export interface Source {
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

/** The pictures that a run can be measured on. */
export async function testPictures(folder: string, config: RunConfig, predictor: Predictor): Promise<Source> {
  const { pictures } = await testData(folder, config);
  const source = pictures.describe?.();
  if (source?.kind === "imageFiles") {
    const photos = source.files.map(({ path }) => path);
    return photoSource(photos, predictor);
  }
  const name = await testFileName(config.options.data);
  return datasetSource(pictures, (i) => `${name}#${i}`);
}

function datasetSource(pictures: SingleInputDataset, nameOf: (index: number) => string): Source {
  return {
    length: pictures.length,
    nameOf,
    read: async (indices) => ({ indices, inputs: (await pictures.read(indices)).inputs, failures: [] }),
  };
}

/** Files are read before the first prediction, so that a bad one leaves no half result; photos when their turn comes. */
export async function fileSources(given: readonly string[], predictor: Predictor): Promise<Source[]> {
  const paths = (await findInputs(given)).map(({ path }) => path);
  const isIdx = await Promise.all(paths.map(beginsAsIdx));
  const sources: Source[] = [];
  for (let from = 0; from < paths.length; ) {
    const rest = paths.slice(from);
    const other = isIdx.indexOf(true, from);
    const photos = other < 0 ? rest : rest.slice(0, other - from);
    if (photos.length > 0) sources.push(photoSource(photos, predictor));
    else sources.push(await idxSource(rest[0] ?? "", predictor));
    from += Math.max(1, photos.length);
  }
  return sources;
}

/** IDX files have no ending of their own. They begin with two zeros, or with what gzip begins with, as no picture does. */
async function beginsAsIdx(path: string): Promise<boolean> {
  const [first, second, type] = await readStart(path);
  return (first === 0 && second === 0 && (type ?? 0) >= 8 && (type ?? 0) < 16) || (first === 0x1f && second === 0x8b);
}

/** The first bytes of a file; none of what cannot be read, which is told when its turn comes. */
async function readStart(path: string): Promise<Uint8Array> {
  try {
    return await readRegular(path, 4);
  } catch {
    return new Uint8Array();
  }
}

/** Photos as training makes them: with the model's channels, in its size. */
function photoSource(photos: readonly string[], predictor: Predictor): Source {
  const { preprocessing, picture, maxPixels } = predictor;
  const { height, width, channels } = picture;
  return byteSource(
    photos.length,
    (i) => photos[i] ?? "",
    predictor,
    async (index) => {
      const image = await decodeImage(photos[index] ?? "", { channels, ...defined({ maxPixels }) });
      return fitted(image, preprocessing.fit ?? "stretch", [height, width]).data;
    },
  );
}

async function idxSource(file: string, predictor: Predictor): Promise<Source> {
  const { model, picture } = predictor;
  const { height, width, channels } = picture;
  const { dtype, shape, data } = await readIdx(file);
  const [count = 0, rows, columns, depth = 1, ...more] = shape;
  if (rows !== height || columns !== width || depth !== channels || more.length > 0 || dtype !== "uint8") {
    throw new StriateError(
      "shape",
      `${file}: holds ${shapeText(shape)}, but model ${model.name} takes pictures ` +
        `${shapeText([height, width, channels])}: [n,height,width] in a file`,
    );
  }
  const size = height * width * channels;
  const nameOf = (i: number) => (count === 1 ? file : `${file}#${i}`);
  return byteSource(count, nameOf, predictor, async (i) => data.subarray(i * size, (i + 1) * size));
}

/** Pictures of bytes, [height, width, channels], that are prepared for the model. */
function byteSource(
  length: number,
  nameOf: (index: number) => string,
  { model, preprocessing, picture }: Predictor,
  bytesOf: (index: number) => Promise<Uint8Array>,
): Source {
  const size = picture.height * picture.width * picture.channels;
  return {
    length,
    nameOf,
    async read(indices) {
      const good: number[] = [];
      const failures: Error[] = [];
      const data = new Float32Array(indices.length * size);
      for (const index of indices) {
        try {
          const row = data.subarray(good.length * size, (good.length + 1) * size);
          writePreprocessed(await bytesOf(index), preprocessing, picture, row);
          good.push(index);
        } catch (thrown) {
          if (!(thrown instanceof StriateError && (thrown.code === "data" || thrown.code === "io"))) throw thrown;
          failures.push(thrown);
        }
      }
      const shape = [good.length, ...model.inputShape];
      return { indices: good, inputs: tensor("float32", shape, data.slice(0, good.length * size)), failures };
    },
  };
}
