import { basename, dirname, extname, join } from "node:path";
import {
  colorJitter,
  cutout,
  gaussianNoise,
  type ImageDataGeneratorOptions,
  imageDataGenerator,
  randAugment,
  type Step,
  saltAndPepper,
  speckleNoise,
  stepOf,
} from "../data/index.ts";
import { StriateError } from "../errors.ts";
import { writeFileAtomic } from "../formats/index.ts";
import { decodeImage, encodeImage, type Image, type ImageFormat, imageSize, type Sides } from "../image/index.ts";
import { asFloat32, randomStream } from "../tensor/index.ts";
import { augmentationSteps } from "./augmentation.ts";
import { augmentSheet, sheetPicture } from "./augmentSheet.ts";
import type { Call, Values } from "./command.ts";
import type { AugmentFlags } from "./commands/augment.ts";
import { DONE } from "./output.ts";
import { isFolder, makeFolder } from "./outputFolder.ts";
import { defined } from "./values.ts";

const FORMATS: Readonly<Record<string, ImageFormat>> = {
  ".png": "png",
  ".jpg": "jpeg",
  ".jpeg": "jpeg",
  ".webp": "webp",
};

/** `striate augment`: what the options make of one picture, or what training does where there are none. */
export async function augmentPicture({ args, flags, output, signal }: Call<AugmentFlags>): Promise<number> {
  const [path = ""] = args;
  const name = basename(path, extname(path));
  const { out = `${name}-augmented.png`, count = 16 } = flags;
  const ending = extname(out).toLowerCase();
  const intoFolder = out !== "" && (await isFolder(out));
  const format = !intoFolder && Object.hasOwn(FORMATS, ending) ? FORMATS[ending] : undefined;
  if (!intoFolder && !format) {
    const endings = Object.keys(FORMATS).join(", ");
    throw new StriateError("usage", `-o "${out}": give a picture (${endings}), or a folder, a name without an ending`);
  }
  const steps = await stepsOf(flags);
  const picture = asFloat32(await decodeImage(path));
  const shown = format ? sheetPicture(picture) : picture;
  const change = changeOf(forSize(flags, imageSize(picture), imageSize(shown)), steps);
  const made = function* () {
    for (let i = 0; i < count; i++) {
      if (signal.aborted) throw new StriateError("interrupted", `interrupted after ${i} of ${count} pictures`);
      yield change(shown, i);
    }
  };
  const files = format ? await writeSheet(out, made(), count, format) : await writeFiles(out, name, made(), count);
  output.result({ picture: path, count, files }, `${out}: ${count} pictures made of ${path}`);
  return DONE;
}

async function writeSheet(
  out: string,
  made: Iterable<Image<"float32">>,
  count: number,
  format: ImageFormat,
): Promise<readonly string[]> {
  await makeFolder(dirname(out));
  await writeFileAtomic(out, await encodeImage(await augmentSheet(made, count), { format }));
  return [out];
}

async function writeFiles(
  folder: string,
  name: string,
  made: Iterable<Image<"float32">>,
  count: number,
): Promise<readonly string[]> {
  await makeFolder(folder);
  const files: string[] = [];
  for (const image of made) {
    const file = join(folder, `${name}_${String(files.length).padStart(String(count - 1).length, "0")}.png`);
    await writeFileAtomic(file, await encodeImage(image));
    files.push(file);
  }
  return files;
}

/** Shifts of whole pixels as fractions, where the picture was made smaller for the sheet. */
function forSize(flags: Values<AugmentFlags>, own: Sides, shown: Sides): Values<AugmentFlags> {
  if (own.width === shown.width && own.height === shown.height) return flags;
  const fraction = (shift: number | undefined, side: number) =>
    shift === undefined || Math.abs(shift) < 1 ? shift : Math.min(Math.abs(shift), side - 1) / side;
  return {
    ...flags,
    ...defined({
      widthShiftRange: fraction(flags.widthShiftRange, own.width),
      heightShiftRange: fraction(flags.heightShiftRange, own.height),
    }),
  };
}

/** What is done to the picture of values 0..255 at each count. */
function changeOf(
  flags: Values<AugmentFlags>,
  steps: readonly Step[],
): (picture: Image<"float32">, count: number) => Image<"float32"> {
  const { seed = 0 } = flags;
  const generator = imageDataGenerator(generatorOptions(flags));
  return (picture, count) => {
    const random = (stream: string) => randomStream({ seed, stream, counter: count });
    const transformed = generator.randomTransform(picture, random("augment"));
    if (steps.length === 0) return transformed;
    const unit = { ...transformed, data: transformed.data.map((x) => x / 255) };
    const stepped = steps.reduce((given, step, i) => step(given, random(`augment/${i}`)), unit);
    return { ...stepped, data: stepped.data.map((x) => x * 255) };
  };
}

function generatorOptions(flags: Values<AugmentFlags>): ImageDataGeneratorOptions {
  const { zoomRange, brightnessRange } = flags;
  const [zoom = 0, upper] = zoomRange ?? [];
  const [dark = 1, bright = 1] = brightnessRange ?? [];
  return {
    ...defined({
      rotationRange: flags.rotationRange,
      widthShiftRange: flags.widthShiftRange,
      heightShiftRange: flags.heightShiftRange,
      shearRange: flags.shearRange,
      channelShiftRange: flags.channelShiftRange,
      horizontalFlip: flags.horizontalFlip,
      verticalFlip: flags.verticalFlip,
      fillMode: flags.fillMode,
      cval: flags.cval,
      interpolationOrder: flags.interpolationOrder,
    }),
    zoomRange: upper === undefined ? zoom : [zoom, upper],
    ...(brightnessRange && { brightnessRange: [dark, bright] as const }),
    pivot: "centre",
  };
}

/** Options that say where to and how many, not what is done. */
const NO_CHANGES = ["out", "count", "seed", "fillMode", "cval", "interpolationOrder"];

async function stepsOf(flags: Values<AugmentFlags>): Promise<readonly Step[]> {
  const hasChanges = Object.keys(flags).some((key) => !NO_CHANGES.includes(key));
  const augment = flags.augment ?? (hasChanges ? "none" : "default");
  return [...(await augmentationSteps(augment)).map(stepOf), ...singleSteps(flags)];
}

function singleSteps(flags: Values<AugmentFlags>): readonly Step[] {
  const {
    gaussianNoise: noise,
    speckleNoise: speckle,
    saltAndPepper: amount,
    cutout: size,
    randAugment: magnitude,
  } = flags;
  const [brightness = 0, contrast = 0, saturation = 0, hue = 0] = flags.colorJitter ?? [];
  return [
    magnitude === undefined ? [] : randAugment({ magnitude }),
    flags.colorJitter ? colorJitter({ brightness, contrast, saturation, hue }) : [],
    speckle === undefined ? [] : speckleNoise({ stddev: speckle }),
    noise === undefined ? [] : gaussianNoise({ stddev: noise }),
    amount === undefined ? [] : saltAndPepper({ amount }),
    size === undefined ? [] : cutout({ size }),
  ].flat();
}
