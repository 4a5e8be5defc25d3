import { checkOptions } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import { randomStream } from "../../tensor/randomStream.ts";
import { sameShape, shapeText } from "../../tensor/shape.ts";
import { zeros } from "../../tensor/tensor.ts";
import type { SingleInputDataset } from "../dataset.ts";
import { derived } from "../derived.ts";
import { signedWith } from "../signatures.ts";
import type { SourceDescription } from "../source.ts";
import { pictureRandom } from "./address.ts";
import { mapPictures } from "./mapPictures.ts";
import type { Picture } from "./picture.ts";
import type { Step } from "./step.ts";

/**
 * A data set whose pictures go through steps as they are read:
 *
 *     augment(train, [randomFlip(), randomCrop({ padding: 4 }), colorJitter({ brightness: 0.2 })], { seed: 1 })
 *
 * What is drawn depends on the seed, the epoch, the picture and the step alone, so it is the same for any number of
 * workers, and in a run that goes on from a checkpoint.
 *
 * @param dataset pictures [height, width, channels], of values 0..1 unless the steps are told otherwise
 * @param steps functions of a picture and random numbers; all must give pictures of one shape
 * @throws StriateError `usage` for what are no pictures
 */
export function augment(
  dataset: SingleInputDataset,
  steps: readonly Step[],
  options: { readonly seed?: number } = {},
): SingleInputDataset {
  checkOptions("augment", options, { seed: true });
  const { seed = 0 } = options;
  if (dataset.inputShape.length !== 3) {
    throw new StriateError("usage", `augment takes pictures; the examples are [${dataset.inputShape.join(",")}]`);
  }
  const names = steps.map(({ description }, i) => `augment/${i}/${description?.name ?? "own"}`);
  // Random numbers do not change the shape: one trial says what it becomes.
  const trial = steps.reduce<Picture>(
    (picture, step) => step(picture, randomStream({ seed: 0, stream: "trial", counter: 0 })),
    zeros("float32", dataset.inputShape),
  );
  const changed = mapPictures(
    dataset,
    (picture, address) =>
      address
        ? steps.reduce((given, step, i) => step(given, pictureRandom(address, names[i] ?? "")), picture)
        : checkMeasured(
            steps.reduce((given, { unaugmented }) => unaugmented?.(given) ?? given, picture),
            trial,
          ),
    seed,
    trial.shape,
  );
  const describe = (): SourceDescription | undefined => {
    const source = dataset.describe?.();
    const described = steps.flatMap(({ description }) => description ?? []);
    if (!source || described.length < steps.length) return undefined;
    return { kind: "augment", source, steps: described, seed };
  };
  // What is drawn depends on an example's place too.
  const signatures = async () => {
    const source = describe();
    if (source?.kind !== "augment") return undefined;
    const drawn = JSON.stringify([source.steps, seed]);
    return signedWith(dataset, (index) => `augmented ${index} ${drawn}`);
  };
  return derived(changed, { describe, signatures, read: (indices, options) => changed.read(indices, options) });
}

/** @throws StriateError `usage` where a step gives pictures another shape, and does not say how without drawing */
function checkMeasured(picture: Picture, { shape }: Picture): Picture {
  if (sameShape(picture.shape, shape)) return picture;
  throw new StriateError(
    "usage",
    `the steps of this augmentation make pictures of ${shapeText(picture.shape)} into ${shapeText(shape)}, and do not say how ` +
      "without drawing, as validation needs it; give the step that does so a function `unaugmented`, or split the data before " +
      "it is augmented",
  );
}
