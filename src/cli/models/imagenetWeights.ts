import { StriateError } from "../../errors.ts";
import type { Model, Preprocessing } from "../../model/index.ts";
import { sameShape } from "../../tensor/index.ts";
import { PREPROCESSING, pretrained } from "../../zoo/index.ts";
import { BUNDLED_WEIGHTS } from "../../zoo/weights/bundled.ts";
import { publishedWeights } from "../../zoo/weights/table.ts";

/**
 * What the pictures went through that a net of the zoo learned ImageNet from.
 * @throws StriateError `usage` for a net without published weights, and for pictures that are not in colour
 */
export function imagenetPreprocessing(name: string, channels: number | undefined): Preprocessing {
  if (channels !== 3) {
    throw new StriateError("usage", "--weights imagenet is for photos in colour; leave it out for these pictures");
  }
  const bundled = Object.hasOwn(BUNDLED_WEIGHTS, name) ? BUNDLED_WEIGHTS[name] : undefined;
  return PREPROCESSING[(bundled ?? publishedWeights(name)).preprocessing];
}

/** Gives a net of the zoo its ImageNet weights, but for the top, which tells other classes apart. */
export async function giveImagenetWeights(model: Model, name: string): Promise<void> {
  const { model: trained } = await pretrained(name, { includeTop: false, inputShape: model.inputShape });
  const before = model.weights;
  const fitting = [...trained.weights].filter(([key, { shape }]) => {
    const weight = before.get(key);
    return weight !== undefined && sameShape(weight.shape, shape);
  });
  model.setWeights(new Map(fitting));
}
