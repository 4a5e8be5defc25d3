import { checkOptions } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import { type RandomStream, randomStream } from "../../tensor/randomStream.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type ArraysOptions, arrays } from "../arrays.ts";
import type { SingleInputDataset } from "../dataset.ts";
import { derived } from "../derived.ts";
import type { SourceDescription } from "../source.ts";
import { pictureRandom } from "./address.ts";
import { channelsFirst, DIRECTORY, type DirectoryOptions, directoryDataset, withTargets } from "./directory.ts";
import { drawTransform } from "./draw.ts";
import { featureStatistics } from "./fitStatistics.ts";
import { FLOW, type Flow, type FlowOptions, flowOf, keptSubset } from "./flow.ts";
import { type GeneratorSettings, generatorSettings, type ImageDataGeneratorOptions } from "./generatorOptions.ts";
import { mapPictures } from "./mapPictures.ts";
import { gridOf, type Picture } from "./picture.ts";
import { savingPictures } from "./savePictures.ts";
import { type FeatureStatistics, standardizePicture } from "./standardize.ts";
import { commutesWithGain, givenParameters, type TransformParameters, transformPicture } from "./transform.ts";

const STREAM = "imageDataGenerator";

/**
 * Random changes of pictures with the names, defaults and numbers of Keras's `ImageDataGenerator`.
 *
 *     const generator = imageDataGenerator({ rotationRange: 40, horizontalFlip: true, rescale: 1 / 255 })
 *     await model.fit(generator.flow(pictures, labels, { seed: 1 }), { epochs: 10, ... })
 *
 * @throws StriateError `usage` for an option that cannot be meant
 */
export function imageDataGenerator(options: ImageDataGeneratorOptions = {}): ImageDataGenerator {
  return new ImageDataGenerator(options);
}

/** What `imageDataGenerator` gives. Its state is what `fit` found out. */
export class ImageDataGenerator {
  readonly options: ImageDataGeneratorOptions;
  readonly #settings: GeneratorSettings;
  #statistics: FeatureStatistics | undefined;
  #drawn = 0;

  constructor(options: ImageDataGeneratorOptions, statistics?: FeatureStatistics) {
    this.options = options;
    this.#settings = generatorSettings(options);
    this.#statistics = statistics;
  }

  /** What `fit` found out; nothing before. */
  get statistics(): FeatureStatistics | undefined {
    return this.#statistics;
  }

  /**
   * Finds the means, deviations and the whitening of a data set, where they were asked for.
   * @param pictures [n, height, width, channels] (or channels first)
   * @param options `augment` (default false): over `rounds` (default 1) random versions of each picture, by `seed`
   * (default 0)
   * @throws StriateError `shape` for anything but pictures
   */
  fit(
    pictures: Tensor,
    options: { readonly augment?: boolean; readonly rounds?: number; readonly seed?: number } = {},
  ): this {
    checkOptions("fit of imageDataGenerator", options, { augment: true, rounds: true, seed: true });
    const { augment = false, rounds = 1, seed = 0 } = options;
    const random = randomStream({ seed, stream: `${STREAM}/fit`, counter: 0 });
    const change = (picture: Picture) => this.applyTransform(picture, this.getRandomTransform(picture.shape, random));
    this.#statistics = featureStatistics(pictures, this.#settings, augment ? change : undefined, rounds);
    return this;
  }

  /**
   * Draws what is done to a picture.
   * @param shape of the picture: shifts by a fraction depend on it
   * @param random a seed, or random numbers; without it each call draws anew, the same in every program
   */
  getRandomTransform(shape: Shape, random?: number | RandomStream): TransformParameters {
    return drawTransform(this.#settings, gridOf(shape, this.#settings.dataFormat), this.#random(random));
  }

  /**
   * A picture under the parameters, equal to Keras's from the same parameters.
   * @param picture [height, width, channels] (or channels first), not changed
   * @param parameters one that is null, as in Keras's own, changes nothing
   * @throws StriateError `shape` for what is no picture, `usage` for an unknown parameter or one that is no number
   */
  applyTransform(picture: Picture, parameters: TransformParameters): Picture {
    return transformPicture(picture, givenParameters(parameters), this.#settings);
  }

  /** `applyTransform` with what `getRandomTransform` draws. */
  randomTransform(picture: Picture, random?: number | RandomStream): Picture {
    return this.applyTransform(picture, this.getRandomTransform(picture.shape, random));
  }

  /**
   * A picture after preprocessing, `rescale` and normalization; not changed itself.
   * @throws StriateError `usage` where `fit` is needed first
   */
  standardize(picture: Picture): Picture {
    return standardizePicture(picture, this.#settings, this.#statistics);
  }

  /**
   * Pictures in memory, changed anew in each epoch. Values are taken as they are, uint8 too: 0..255 unless `rescale` says
   * otherwise.
   *
   * @param pictures [n, height, width, channels] (or channels first), uint8 or float32
   * @param targets class labels or float32 targets; without them all labels are 0
   * @throws StriateError `data` where they do not fit together, `usage` for a subset without `validationSplit`
   */
  flow(
    pictures: Tensor,
    targets: ArraysOptions["targets"] = new Uint8Array(pictures.shape[0] ?? 0),
    options: FlowOptions & Pick<ArraysOptions, "classes" | "classNames"> = {},
  ): Flow {
    checkOptions("flow", options, { ...FLOW, classes: true, classNames: true });
    const { classes, classNames } = options;
    const named = { ...(classes !== undefined && { classes }), ...(classNames && { classNames }) };
    const dataset = arrays({ inputs: pictures, targets, scale: false, ...named });
    const kept = keptSubset(dataset, targets, this.#settings.validationSplit, options);
    return this.#flow(kept, options);
  }

  /** Any data set of pictures, changed anew in each epoch; its values are taken as they are. */
  flowFrom(dataset: SingleInputDataset, options: FlowOptions = {}): Flow {
    checkOptions("flowFrom", options, FLOW);
    return this.#flow(dataset, options);
  }

  #flow(dataset: SingleInputDataset, options: FlowOptions): Flow {
    const { seed = 0 } = options;
    if (this.#settings.featurewiseCenter && !this.#statistics) {
      throw new StriateError("usage", "the generator normalizes by the data set: call fit(pictures) before flow");
    }
    const changed = mapPictures(
      dataset,
      (picture, address, into) => {
        if (!address) return standardizePicture(picture, this.#settings, this.#statistics);
        const parameters = this.getRandomTransform(picture.shape, pictureRandom(address, STREAM));
        const { rescale: gain, preprocessingFunction } = this.#settings;
        if (gain === undefined || gain === 0 || preprocessingFunction || !commutesWithGain(parameters)) {
          const transformed = transformPicture(picture, parameters, this.#settings, into);
          return standardizePicture(transformed, this.#settings, this.#statistics, true);
        }
        const transformed = transformPicture(picture, parameters, { ...this.#settings, gain }, into);
        return standardizePicture(transformed, { ...this.#settings, rescale: undefined }, this.#statistics, true);
      },
      seed,
    );
    const describe = (): SourceDescription | undefined => {
      const source = dataset.describe?.();
      if (!source || this.#settings.preprocessingFunction) return undefined;
      return { kind: "generator", source, options: this.options, statistics: this.#statistics, seed };
    };
    const described = derived(changed, { describe, read: (indices, how) => changed.read(indices, how) });
    return flowOf(savingPictures(described, options, this.#settings.dataFormat), options);
  }

  /**
   * The pictures of a folder with a subfolder for each class, changed anew in each epoch. Values go from 0 to 255 unless
   * `rescale` says otherwise; targets are one-hot by default (`classMode`).
   * @throws StriateError as `imageFolder`
   */
  async flowFromDirectory(folder: string, options: DirectoryOptions = {}): Promise<Flow> {
    checkOptions("flowFromDirectory", options, DIRECTORY);
    const { dataFormat, validationSplit } = this.#settings;
    const { saveToDir: _, ...plain } = options;
    const pictures = await directoryDataset(folder, options, validationSplit);
    const flow = this.#flow(dataFormat === "channelsFirst" ? channelsFirst(pictures) : pictures, plain);
    const saved = savingPictures(flow, options, dataFormat);
    return flowOf(withTargets(saved, options.classMode ?? "categorical"), options);
  }

  #random(random: number | RandomStream | undefined): RandomStream {
    if (typeof random === "object") return random;
    const address = random === undefined ? { seed: 0, counter: ++this.#drawn } : { seed: random, counter: 0 };
    return randomStream({ ...address, stream: STREAM });
  }
}
