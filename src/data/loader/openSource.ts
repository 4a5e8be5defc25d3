import { arrays } from "../arrays.ts";
import { augment } from "../augment/augment.ts";
import { withTargets } from "../augment/directory.ts";
import { ImageDataGenerator } from "../augment/imageDataGenerator.ts";
import { stepOf } from "../augment/steps/table.ts";
import type { SingleInputDataset } from "../dataset.ts";
import { imageFiles } from "../files/imageFiles.ts";
import type { CacheShare } from "../files/pictureCache.ts";
import type { SourceDescription } from "../source.ts";
import { pick } from "../split.ts";
import { weighted } from "../weighted.ts";

/**
 * The data set that a description describes.
 * @param cache for decoded pictures, where the source has any to decode
 */
export function openSource(description: SourceDescription, cache: CacheShare = {}): SingleInputDataset {
  switch (description.kind) {
    case "arrays":
      return arrays(description.options);
    case "imageFiles":
      return imageFiles(description.files, description.options, cache);
    case "subset":
      return pick(openSource(description.source, cache), description.members);
    case "weighted":
      return weighted(openSource(description.source, cache), description.weights);
    case "generator": {
      const { source, options, statistics, seed } = description;
      return new ImageDataGenerator(options, statistics).flowFrom(openSource(source, cache), { seed });
    }
    case "targets":
      return withTargets(openSource(description.source, cache), description.classMode);
    case "augment": {
      const { source, steps, seed } = description;
      return augment(openSource(source, cache), steps.map(stepOf), { seed });
    }
  }
}
