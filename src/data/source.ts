import type { ArraysOptions } from "./arrays.ts";
import type { ImageDataGeneratorOptions } from "./augment/generatorOptions.ts";
import type { FeatureStatistics } from "./augment/standardize.ts";
import type { StepDescription } from "./augment/step.ts";
import type { LabelledFile } from "./files/imageFiles.ts";
import type { PictureOptions } from "./files/picturePixels.ts";

/** What targets are: one-hot, labels, 0 or 1 as float32 [n, 1], or the pictures themselves. */
export type ClassMode = "categorical" | "sparse" | "binary" | "input";

/** What a data set is made of, as plain data: a worker thread makes the same one of it, since functions cannot be sent. */
export type SourceDescription =
  | { readonly kind: "arrays"; readonly options: ArraysOptions }
  | {
      readonly kind: "imageFiles";
      readonly files: readonly LabelledFile[];
      readonly options: PictureOptions & { readonly classNames: readonly string[] };
    }
  | { readonly kind: "subset"; readonly source: SourceDescription; readonly members: Float64Array }
  | { readonly kind: "weighted"; readonly source: SourceDescription; readonly weights: Float32Array }
  | {
      readonly kind: "generator";
      readonly source: SourceDescription;
      readonly options: ImageDataGeneratorOptions;
      readonly statistics: FeatureStatistics | undefined;
      readonly seed: number;
    }
  | { readonly kind: "targets"; readonly source: SourceDescription; readonly classMode: ClassMode }
  | {
      readonly kind: "augment";
      readonly source: SourceDescription;
      readonly steps: readonly StepDescription[];
      readonly seed: number;
    };
