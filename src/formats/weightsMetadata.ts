import type { Model } from "../model/index.ts";
import { rowMetadata } from "./flattenOrder.ts";
import { pictureMetadata } from "./pictureMetadata.ts";

/** What a file of weights alone says beside them: the model's pictures, and an order of rows that is not Keras's. */
export function weightsMetadata(model: Model): Readonly<Record<string, string>> {
  return { ...pictureMetadata(model), ...rowMetadata(model) };
}
