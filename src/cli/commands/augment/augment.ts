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
} from "../../../data/index.ts";
import { StriateError } from "../../../errors.ts";
import { writeFileAtomic } from "../../../formats/index.ts";
import {
  decodeImage,
  encodeImage,
  type Image,
  type ImageFormat,
  imageSize,
  resizeImage,
  type Sides,
} from "../../../image/index.ts";
import { asFloat32, randomStream } from "../../../tensor/index.ts";
import type { Context } from "../../context.ts";
import { augmentationSteps } from "../../data/augmentation.ts";
import { defined } from "../../defined.ts";
import { DONE } from "../../exitCodes.ts";
import { optionName, type Values } from "../../flags/flag.ts";
import { DEFAULT_SIZE } from "../../flags/pictureFlags.ts";
import { isFolder, makeFolder } from "../../results/outputFolder.ts";
import { checkNotOverRead } from "../../results/overwriting.ts";
import { showProgress } from "../../terminal/progress.ts";
import { countOf } from "../../terminal/quantities.ts";
import { type AugmentFlags, changeFlags } from "./flags.ts";
import { augmentSheet, type Heading } from "./sheet.ts";

const FORMATS: Readonly<Record<string, ImageFormat>> = {
  ".png": "png",
  ".jpg": "jpeg",
  ".jpeg": "jpeg",
  ".webp": "webp",
};

/** `striate augment`: what the options make of one picture, or what training does where there are none. */
export async function augmentPicture(context: Context<AugmentFlags>): Promise<number> {
  const { args, flags, output, checkInterrupted } = context;
  const [path = ""] = args;
  const name = basename(path, extname(path));
  const { out = `${name}-augmented.png`, count } = flags;
  const ending = extname(out).toLowerCase();
  const intoFolder = out !== "" && (await isFolder(out));
  const format = !intoFolder && Object.hasOwn(FORMATS, ending) ? FORMATS[ending] : undefined;
  if (!intoFolder && !format) {
    const endings = Object.keys(FORMATS).join(", ");
    throw new StriateError("usage", `-o "${out}": give a picture (${endings}), or a folder, a name without an ending`);
  }
  const steps = await stepsOf(flags);
  const original = await decodeImage(path, defined({ maxPixels: flags.maxPixels }));
  const size = sidesOf(flags, imageSize(original), format !== undefined);
  const { width, height } = size;
  const picture = asFloat32(resizeImage(original, { width, height }));
  const change = changeOf(flags, steps);
  const progress = showProgress(context, { title: "pictures", total: count });
  const pictures = function* () {
    for (let i = 0; i < count; i++) {
      checkInterrupted("the augmentation", `${i} of ${countOf(count, "picture")}`);
      progress.update(i);
      yield change(picture, i);
    }
  };
  const files = format ? [out] : fileNames(out, name, count);
  await checkNotOverRead(files, [path], "-o");
  if (format) {
    const sheet = await augmentSheet(original, pictures(), headingOf(path, flags, size));
    await makeFolder(dirname(out));
    await writeFileAtomic(out, await encodeImage(sheet, { format }));
  } else await writeFiles(out, files, pictures());
  output.result({ picture: path, count, files }, `${out}: ${countOf(count, "picture")} made of ${path}`);
  return DONE;
}

function fileNames(folder: string, name: string, count: number): readonly string[] {
  const digits = String(count - 1).length;
  return Array.from({ length: count }, (_, i) => join(folder, `${name}_${String(i).padStart(digits, "0")}.png`));
}

async function writeFiles(folder: string, files: readonly string[], images: Iterable<Image<"float32">>): Promise<void> {
  await makeFolder(folder);
  let written = 0;
  for (const image of images) await writeFileAtomic(files[written++] ?? "", await encodeImage(image));
}

/** A sheet shows the size that training sees; files are as large as the picture, unless they are asked for otherwise. */
function sidesOf({ imageSize: size }: Values<AugmentFlags>, original: Sides, isSheet: boolean): Sides {
  const [height = DEFAULT_SIZE, width = height] = size ?? [];
  return size || isSheet ? { height, width } : original;
}

function headingOf(path: string, flags: Values<AugmentFlags>, { height, width }: Sides): Heading {
  const changes = changesOf(flags).map((key) => optionName(key).slice(2));
  const steps = flags.augment ?? (changes.length > 0 ? undefined : "default");
  const what = [...(steps === undefined ? [] : [`augmentation ${steps}`]), ...changes].join(", ");
  return {
    title: `${basename(path)}: ${what}`,
    subtitle: `as a net of ${height} x ${width} sees it (--image-size ${height === width ? height : `${height},${width}`}), seed ${flags.seed}`,
  };
}

/** What is done to the picture of values 0..255 at each count. */
function changeOf(
  flags: Values<AugmentFlags>,
  steps: readonly Step[],
): (picture: Image<"float32">, count: number) => Image<"float32"> {
  const { seed } = flags;
  const generator = imageDataGenerator(generatorOptions(flags));
  return (picture, count) => {
    const random = (stream: string) => randomStream({ seed, stream, counter: count });
    const transformed = generator.randomTransform(picture, random("augment"));
    if (steps.length === 0) return transformed;
    const unit = { ...transformed, data: transformed.data.map((x) => x / 255) };
    const stepped = steps.reduce((image, step, i) => step(image, random(`augment/${i}`)), unit);
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

function changesOf(flags: Values<AugmentFlags>): readonly string[] {
  return Object.keys(flags).filter((key) => Object.hasOwn(changeFlags, key));
}

async function stepsOf(flags: Values<AugmentFlags>): Promise<readonly Step[]> {
  const augment = flags.augment ?? (changesOf(flags).length > 0 ? "none" : "default");
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
