import { checkOptions, type OptionNames } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { RandomStream } from "../../tensor/randomStream.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { SingleInputDataset } from "../dataset.ts";
import { derived } from "../derived.ts";
import { pictureRandom } from "./address.ts";
import { type Grid, gridOf } from "./picture.ts";
import type { Part } from "./steps/crop.ts";

/** How pictures of a batch are mixed. */
export interface MixOptions {
  /** Of the beta distribution that the shares are drawn from, Beta(alpha, alpha): 0.2 for mixup, 1 for cutmix. */
  readonly alpha?: number;
  /** How many of the pictures are mixed, default 1. */
  readonly probability?: number;
  readonly seed?: number;
}

const MIX: OptionNames<MixOptions> = { alpha: true, probability: true, seed: true };

/**
 * Mixes every picture with another of its batch: x = share a + (1 - share) b, and the targets alike (Zhang et al. 2017).
 * Labels become one-hot: train with `categoricalCrossentropy`. It goes around a loader, since it is about batches.
 *
 * From the same share and partner the numbers are those of torchvision's `MixUp`. There all pictures of a batch have one
 * share, and the partner is the picture before; here each picture draws its own share, and its partner, which may be
 * itself, is any place in the batch. They depend on the seed, the epoch and the picture, so that they stay what they are
 * in a run that goes on from a checkpoint.
 * @throws StriateError `usage` where the number of classes is not known, or for an alpha that is not above 0
 */
export function mixup(dataset: SingleInputDataset, options: MixOptions = {}): SingleInputDataset {
  checkOptions("mixup", options, MIX);
  return mixed("mixup", dataset, { alpha: 0.2, ...options }, (own, other, share, _, into) => {
    blend(into, own, other, share);
    return share;
  });
}

/**
 * Puts a rectangle of another picture of the batch into every picture, and mixes the targets by the areas (Yun et al.
 * 2019). The rectangle has the share's part of both sides' product around any pixel, and is cut at the edges: from the
 * same share and pixel that of torchvision's `CutMix`. As `mixup` otherwise.
 */
export function cutmix(dataset: SingleInputDataset, options: MixOptions = {}): SingleInputDataset {
  checkOptions("cutmix", options, MIX);
  const grid = gridOf(dataset.inputShape);
  return mixed("cutmix", dataset, { alpha: 1, ...options }, (own, other, share, random, into) => {
    const part = partAround(grid, random.integer(grid.height), random.integer(grid.width), share);
    into.set(own);
    pastePart(into, other, grid, part);
    return 1 - (part.height * part.width) / (grid.height * grid.width);
  });
}

/** into = share own + (1 - share) other */
export function blend(into: Float32Array, own: Float32Array, other: Float32Array, share: number): void {
  const rest = 1 - share;
  for (let i = 0; i < into.length; i++) into[i] = share * (own[i] ?? 0) + rest * (other[i] ?? 0);
}

/** The rectangle around a pixel that leaves a picture about this share of itself, as far as it lies in the picture. */
export function partAround(
  { height, width }: Pick<Grid, "height" | "width">,
  y: number,
  x: number,
  share: number,
): Part {
  const side = Math.sqrt(1 - share);
  const [halfY, halfX] = [Math.floor((height * side) / 2), Math.floor((width * side) / 2)];
  const [top, left] = [Math.max(0, y - halfY), Math.max(0, x - halfX)];
  return { top, left, height: Math.min(height, y + halfY) - top, width: Math.min(width, x + halfX) - left };
}

/** The part of another picture, at the same place. */
export function pastePart(into: Float32Array, other: Float32Array, grid: Grid, part: Part): void {
  for (let y = part.top; y < part.top + part.height; y++) {
    const from = y * grid.rowStride + part.left * grid.channels;
    into.set(other.subarray(from, from + part.width * grid.channels), from);
  }
}

/** Writes a mixture of two pictures; gives the share that the first one has of it. */
type Mix = (own: Float32Array, other: Float32Array, share: number, random: RandomStream, into: Float32Array) => number;

function mixed(
  name: string,
  dataset: SingleInputDataset,
  { alpha = 1, probability = 1, seed = 0 }: MixOptions,
  mix: Mix,
): SingleInputDataset {
  if (!(alpha > 0 && Number.isFinite(alpha))) {
    throw new StriateError("usage", `${name}: alpha is a number above 0; got ${alpha}`);
  }
  return derived(dataset, {
    async read(indices, options = {}) {
      const { epoch = 0, augment = true } = options;
      const batch = await dataset.read(indices, options);
      const { inputs } = batch;
      const targets = oneHot(name, batch.targets, dataset.classes);
      if (!augment) return { ...batch, targets };
      const rows = indices.length;
      const row = (data: Float32Array, i: number) =>
        data.subarray((i * data.length) / rows, ((i + 1) * data.length) / rows);
      const pictures = new Float32Array(inputs.data.length);
      const shares = new Float32Array(targets.data.length);
      for (let i = 0; i < rows; i++) {
        const random = pictureRandom({ seed, epoch, picture: indices[i] ?? 0 }, name);
        const drawn = random.chance(probability) ? beta(alpha, random) : 1;
        const other = random.integer(rows);
        const share = mix(row(inputs.data, i), row(inputs.data, other), drawn, random, row(pictures, i));
        blend(row(shares, i), row(targets.data, i), row(targets.data, other), share);
      }
      return { ...batch, inputs: { ...inputs, data: pictures }, targets: { ...targets, data: shares } };
    },
  });
}

/** Labels as float32 [n, classes]; float32 targets stay. */
export function oneHot(name: string, targets: Tensor, classes: number | undefined): Tensor<"float32"> {
  if (targets.dtype === "float32") return targets as Tensor<"float32">;
  if (classes === undefined) {
    throw new StriateError("usage", `${name}: the data set does not say how many classes it has; give it classes`);
  }
  const [rows = 0] = targets.shape;
  const data = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) data[row * classes + Number(targets.data[row])] = 1;
  return { dtype: "float32", shape: [rows, classes], data };
}

/** Beta(alpha, alpha) of two gamma numbers. */
export function beta(alpha: number, random: RandomStream): number {
  const a = gamma(alpha, random);
  const b = gamma(alpha, random);
  // Both can be 0 where alpha is tiny: then either end is as likely.
  return a + b > 0 ? a / (a + b) : random.chance(0.5) ? 1 : 0;
}

/** The gamma distribution of scale 1 (Marsaglia and Tsang 2000). */
function gamma(shape: number, random: RandomStream): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
