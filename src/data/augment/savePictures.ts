import { platform } from "#platform";
import { asError, StriateError } from "../../errors.ts";
import { encodeImage } from "../../image/index.ts";
import type { SingleInputDataset } from "../dataset.ts";
import { derived } from "../derived.ts";
import { type DataFormat, gridOf, type Picture, rangeOf } from "./picture.ts";

/** Where augmented pictures are written to be looked at. */
export interface SaveOptions {
  /** A folder, made where it is missing; default: nothing is written. */
  readonly saveToDir?: string;
  /** What their names begin with, default nothing. */
  readonly savePrefix?: string;
  /** Default `png`. */
  readonly saveFormat?: "png" | "jpeg";
}

/**
 * A data set that writes every picture that is read, stretched to 0..255 as Keras does, to
 * `saveToDir/PREFIX_INDEX_EPOCH.png`. (Keras has a random number in place of the epoch.)
 */
export function savingPictures(
  dataset: SingleInputDataset,
  { saveToDir, savePrefix = "", saveFormat = "png" }: SaveOptions,
  dataFormat: DataFormat,
): SingleInputDataset {
  if (saveToDir === undefined) return dataset;
  return derived(dataset, {
    async read(indices, options = {}) {
      const batch = await dataset.read(indices, options);
      const [, ...shape] = batch.inputs.shape;
      const size = batch.inputs.data.length / indices.length;
      await makeFolder(saveToDir);
      for (let row = 0; row < indices.length; row++) {
        const data = batch.inputs.data.slice(row * size, (row + 1) * size);
        const bytes = await encodeImage(stretched({ dtype: "float32", shape, data }, dataFormat), {
          format: saveFormat,
        });
        const name = `${savePrefix}_${indices[row]}_${options.epoch ?? 0}.${saveFormat}`;
        await platform.files.write(platform.paths.join(saveToDir, name), bytes, { flush: false });
      }
      return batch;
    },
  });
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await platform.files.makeFolder(folder);
  } catch (thrown) {
    throw new StriateError("io", `${folder}: cannot be made (${asError(thrown).message})`, { cause: thrown });
  }
}

/** Channels last, from 0 to 255 whatever the values were. */
function stretched({ shape, data }: Picture, dataFormat: DataFormat): Picture {
  const { height, width, channels, rowStride, columnStride, channelStride } = gridOf(shape, dataFormat);
  const [least, greatest] = rangeOf(data);
  const gain = greatest > least ? 255 / (greatest - least) : 0;
  const out = new Float32Array(data.length);
  let to = 0;
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      for (let k = 0; k < channels; k++) {
        const value = data[i * rowStride + j * columnStride + k * channelStride] ?? 0;
        out[to++] = Math.floor((value - least) * gain);
      }
    }
  }
  return { dtype: "float32", shape: [height, width, channels], data: out };
}
