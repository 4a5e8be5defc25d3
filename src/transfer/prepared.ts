import { derived } from "../data/derived.ts";
import type { SingleInputDataset } from "../data/index.ts";
import { signedWith } from "../data/signatures.ts";
import { StriateError } from "../errors.ts";
import { type Preprocessing, writePreprocessed } from "../model/index.ts";
import { at, sameShape, shapeText, sizeOf, type Tensor, tensor } from "../tensor/index.ts";
import type { Backbone } from "./backbone.ts";

/** The options by which `imageFolder` gives pictures of a backbone's size and channels. */
export function pictureOptions({ pictureShape: [height, width, channels] }: Pick<Backbone, "pictureShape">): {
  readonly size: readonly [number, number];
  readonly channels: 1 | 3 | 4;
} {
  return { size: [height, width], channels: channels as 1 | 3 | 4 };
}

/**
 * Pictures as a backbone takes them: preprocessed, and channels first where it wants them so.
 * @param data pictures of the backbone's size, [height, width, channels], with values from 0 to 1
 * @throws StriateError `shape` for pictures of another size; on reading, `data` for values far above 1
 */
export function prepared(
  data: SingleInputDataset,
  {
    name,
    pictureShape,
    channelsFirst,
    preprocessing,
  }: Pick<Backbone, "name" | "pictureShape" | "channelsFirst" | "preprocessing">,
): SingleInputDataset {
  if (!sameShape(data.inputShape, pictureShape)) {
    throw new StriateError(
      "shape",
      `${name} takes pictures ${shapeText(pictureShape)}, the data set has ${shapeText(data.inputShape)}; give ` +
        "imageFolder pictureOptions(backbone)",
    );
  }
  const [height, width, channels] = pictureShape;
  const inputShape = channelsFirst ? [channels, height, width] : pictureShape;
  return derived(data, {
    inputShape,
    fresh: true,
    ...(data.versions !== undefined && { versions: data.versions }),
    signatures: () => signedWith(data, JSON.stringify([preprocessing, channelsFirst])),
    async read(indices, options) {
      const batch = await data.read(indices, options);
      checkRange(name, batch.inputs);
      const layout = { height, width, channels, channelsFirst };
      const values = preprocessed(batch.inputs, preprocessing, layout);
      return { ...batch, inputs: tensor("float32", [at(batch.inputs.shape, 0), ...inputShape], values) };
    },
  });
}

/** Filters that sharpen go a little beyond 1, as some augmentation does. */
const MOST = 2;

function checkRange(name: string, { data }: Tensor<"float32">): void {
  if (data.every((value) => value <= MOST)) return;
  throw new StriateError(
    "data",
    `the pictures for ${name} have values above 1, where 0 to 1 are expected; leave out imageFolder's scale: false`,
  );
}

/** @param pictures [n, height, width, channels], values from 0 to 1 */
function preprocessed(
  pictures: Tensor<"float32">,
  preprocessing: Preprocessing,
  layout: Parameters<typeof writePreprocessed>[2],
): Float32Array<ArrayBuffer> {
  const { data } = pictures;
  const size = sizeOf(pictures.shape.slice(1));
  const result = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += size) {
    const picture = data.subarray(start, start + size);
    writePreprocessed(picture, preprocessing, layout, result.subarray(start, start + size), 1);
  }
  return result;
}
