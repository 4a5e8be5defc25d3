import * as z from "zod";
import { valueText } from "../checks/index.ts";
import { asError } from "../errors.ts";
import { dataError } from "../files/dataError.ts";
import type { Model, ModelPictures } from "../model/index.ts";

/** The key of a model's pictures in the metadata of a file. */
export const PICTURES_KEY = "striate.pictures";

const numbers = z.array(z.number()).min(1).max(4);

const schema = z.strictObject({
  classNames: z.array(z.string()).min(1).exactOptional(),
  preprocessing: z
    .strictObject({
      channels: z.enum(["grey", "RGB", "BGR", "RGBA"]),
      scale: z.number().positive(),
      mean: numbers,
      std: numbers,
      fit: z.enum(["stretch", "crop", "pad"]).exactOptional(),
    })
    .exactOptional(),
});

/** What a model knows of its pictures as metadata of a file: texts by their keys, none where it knows nothing. */
export function pictureMetadata({ pictures }: Pick<Model, "pictures">): Readonly<Record<string, string>> {
  return pictures ? { [PICTURES_KEY]: JSON.stringify(schema.parse(pictures)) } : {};
}

/**
 * Gives a model what the metadata of its file says of its pictures.
 * @param text of the key `PICTURES_KEY`
 * @throws StriateError `data` where it says something else
 */
export function takePictures(model: Model, text: string | undefined, file: string): Model {
  if (text !== undefined) model.pictures = parse(text, file);
  return model;
}

function parse(text: string, file: string): ModelPictures {
  try {
    return schema.parse(JSON.parse(text));
  } catch (thrown) {
    const reason = thrown instanceof z.ZodError ? z.prettifyError(thrown) : asError(thrown).message;
    throw dataError(file, `its ${PICTURES_KEY}, ${valueText(text)}, is not what Striate writes: ${reason}`);
  }
}
