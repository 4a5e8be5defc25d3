import { StriateError } from "../../errors.ts";
import { type Shape, sameShape, shapeText, sizeOf } from "../../tensor/shape.ts";
import type { SingleInputBatch, SingleInputDataset } from "../dataset.ts";
import { derived } from "../derived.ts";
import type { PictureAddress } from "./address.ts";
import type { Picture } from "./picture.ts";

/**
 * Changes one picture, knowing which one it is; without an address it is to be measured, and nothing is drawn for it. The
 * result may be written to `into`, where it will end up and which the picture does not share.
 */
export type PictureChange = (
  picture: Picture,
  address: PictureAddress | undefined,
  into: Float32Array<ArrayBuffer>,
) => Picture;

/**
 * A data set whose pictures are changed as they are read, one by one.
 * @param outputShape the shape of the changed pictures; default: that of the data set
 */
export function mapPictures(
  dataset: SingleInputDataset,
  change: PictureChange,
  seed: number,
  outputShape: Shape = dataset.inputShape,
): SingleInputDataset {
  return derived(dataset, {
    inputShape: outputShape,
    async read(indices, options = {}) {
      const { epoch = 0, augment = true } = options;
      const batch = await dataset.read(indices, options);
      const address = (row: number) => (augment ? { seed, epoch, picture: indices[row] ?? 0 } : undefined);
      const changed = (picture: Picture, row: number, into: Float32Array<ArrayBuffer>) =>
        change(picture, address(row), into);
      return changeBatch(batch, changed, outputShape, dataset.fresh === true);
    },
  });
}

/**
 * A batch with every picture changed; where shapes stay the same in the batch's own memory, if it is nobody else's, since
 * fresh memory is slow.
 */
function changeBatch(
  batch: SingleInputBatch,
  change: (picture: Picture, row: number, into: Float32Array<ArrayBuffer>) => Picture,
  outputShape: Shape,
  fresh: boolean,
): SingleInputBatch {
  const { inputs } = batch;
  const [rows = 0, ...shape] = inputs.shape;
  const size = sizeOf(shape);
  const outSize = sizeOf(outputShape);
  const inPlace = fresh && size === outSize;
  const out = inPlace ? inputs.data : new Float32Array(rows * outSize);
  const scratch = new Float32Array(inPlace ? size : 0);
  for (let row = 0; row < rows; row++) {
    const own = inputs.data.subarray(row * size, (row + 1) * size);
    if (inPlace) scratch.set(own);
    const data = inPlace ? scratch : own;
    const into = out.subarray(row * outSize, (row + 1) * outSize);
    const changed = change({ dtype: "float32", shape, data }, row, into);
    if (!sameShape(changed.shape, outputShape)) {
      throw new StriateError(
        "shape",
        `augmentation gave a picture of ${shapeText(changed.shape)} where the data set has ${shapeText(outputShape)}`,
      );
    }
    if (changed.data !== into) into.set(changed.data);
  }
  return { ...batch, inputs: { dtype: "float32", shape: [rows, ...outputShape], data: out } };
}
