import { writeFileAtomic } from "../../files/atomic.ts";
import { encodeZip } from "../../files/zip.ts";
import type { Model } from "../../model/index.ts";
import { encodeHdf5 } from "../hdf5/index.ts";
import { pictureMetadata } from "../pictureMetadata.ts";
import { keras3Parts } from "./variablePaths.ts";
import { kerasConfig } from "./writeConfig.ts";

/** The version of Keras whose files these are like. */
const KERAS_VERSION = "3.15.1";

/**
 * Saves a model as Keras 3 does: a `.keras` file, which Keras and `loadKeras` open. Layers that Keras does not have
 * (localResponseNormalization, partialConv2d, subsampling2d) are registered classes of the package "Striate" there;
 * `docs/striate_keras.py` has them for Python. The state of an optimizer is not in it: that is a checkpoint's.
 *
 * What the model knows of its pictures is in the file too, where Keras does not look.
 *
 * A reader sees the old file or the new one, never half. The same model always gives the same bytes.
 * @example await saveKeras(model, "lenet.keras"); // Python: keras.saving.load_model("lenet.keras")
 * @throws StriateError `io` when the file cannot be written; `usage` for a model with layers of one's own.
 */
export async function saveKeras(model: Model, path: string): Promise<void> {
  await writeFileAtomic(path, await encodeKeras(model));
}

/** The part of a `.keras` file that says how it was made. */
export const METADATA = "metadata.json";

/** The bytes of a `.keras` file in order. */
export async function encodeKeras(model: Model): Promise<Uint8Array[]> {
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  return encodeZip([
    // Keras writes this part and does not read it.
    { name: METADATA, data: json({ keras_version: KERAS_VERSION, saved_by: "Striate", ...pictureMetadata(model) }) },
    { name: "config.json", data: json(kerasConfig(model)) },
    { name: "model.weights.h5", data: await encodeHdf5(keras3Parts(model)) },
  ]);
}
