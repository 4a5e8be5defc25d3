export { type ArraysOptions, arrays, type NamedArraysOptions } from "./arrays.ts";
export type { AffineParameters, Pivot } from "./augment/affine.ts";
export { augment } from "./augment/augment.ts";
export type { DirectoryOptions } from "./augment/directory.ts";
export { FILL_MODES, type FillMode } from "./augment/edges.ts";
export type { Flow, FlowOptions } from "./augment/flow.ts";
export type { ImageDataGeneratorOptions, ShiftRange } from "./augment/generatorOptions.ts";
export { type ImageDataGenerator, imageDataGenerator } from "./augment/imageDataGenerator.ts";
export { cutmix, type MixOptions, mixup } from "./augment/mix.ts";
export type { DataFormat, Picture } from "./augment/picture.ts";
export type { SaveOptions } from "./augment/savePictures.ts";
export type { FeatureStatistics } from "./augment/standardize.ts";
export type { Step, StepDescription } from "./augment/step.ts";
export type { JitterName, JitterRanges } from "./augment/steps/colorJitter.ts";
export { colorJitter } from "./augment/steps/colorJitter.ts";
export type { Size } from "./augment/steps/crop.ts";
export { randomCrop, randomResizedCrop } from "./augment/steps/crop.ts";
export { cutout } from "./augment/steps/cutout.ts";
export type { StepOptions } from "./augment/steps/define.ts";
export type { AffineOptions } from "./augment/steps/geometry.ts";
export { randomAffine, randomFlip } from "./augment/steps/geometry.ts";
export type { ImpulseOptions, NoiseOptions } from "./augment/steps/noise.ts";
export { gaussianNoise, saltAndPepper, speckleNoise } from "./augment/steps/noise.ts";
export type { AffineOrder } from "./augment/steps/pillowAffine.ts";
export { RAND_AUGMENT_OPERATIONS, randAugment } from "./augment/steps/randAugment.ts";
export { type StepName, type StepOptionsOf, stepOf } from "./augment/steps/table.ts";
export type { TransformParameters } from "./augment/transform.ts";
export { augmentedVersions } from "./augment/versions.ts";
export { balanced, classWeights } from "./balance.ts";
export { batchPlan } from "./batches.ts";
export { cifar10, cifar100 } from "./cifar.ts";
export { collect, type Example } from "./collect.ts";
export type {
  Batch,
  DataProblem,
  Dataset,
  Named,
  ReadOptions,
  SingleInputBatch,
  SingleInputDataset,
  TrainTest,
} from "./dataset.ts";
export { FASHION_MNIST_CLASSES, fashionMnist } from "./fashionMnist.ts";
export { type CsvManifestOptions, csvManifest } from "./files/csvManifest.ts";
export type { ImageFiles, LabelledFile } from "./files/imageFiles.ts";
export { type ImageFolder, type ImageFolderOptions, imageFolder } from "./files/imageFolder.ts";
export { folderLayout } from "./files/layout.ts";
export type { CacheOptions } from "./files/pictureCache.ts";
export type { PictureOptions } from "./files/picturePixels.ts";
export { picturesIn } from "./files/walk.ts";
export { type IdxOptions, parseIdx, readIdx } from "./idx.ts";
export { type IdxFolderOptions, idxFolder } from "./idxFolder.ts";
export type { Part } from "./inspect.ts";
export { type FolderReport, type InspectedPicture, inspectFolder } from "./inspect.ts";
export { type Loader, type LoaderOptions, loader } from "./loader/loader.ts";
export type { ClassMode, SourceDescription } from "./source.ts";
export type { Parts } from "./split.ts";
export { measured, type SplitOptions, split, subset } from "./split.ts";
export { weighted } from "./weighted.ts";
