export { BUNDLED_WEIGHTS, type BundledWeights, weightsFor } from "./bundled.ts";
export { checkClasses } from "./classes.ts";
export type { DownloadOptions } from "./download.ts";
export { type FetchWeightsOptions, fetchWeights } from "./fetchWeights.ts";
export { hashNote, type PublishedHash } from "./hash.ts";
export { PREPROCESSING, type PreprocessingMode, preprocessInput } from "./preprocess.ts";
export {
  PUBLISHED_WEIGHTS,
  type PublishedFile,
  type PublishedWeights,
  publishedFile,
  publishedWeights,
} from "./table.ts";
