import { basename } from "node:path";
import { fitted } from "../../../data/files/picturePixels.ts";
import type { Engine } from "../../../engine/index.ts";
import { StriateError } from "../../../errors.ts";
import { decodeImage, type Image, imageSize, resizeImage, sidesInside } from "../../../image/index.ts";
import { type Model, type PictureLayout, type Preprocessing, writePreprocessed } from "../../../model/index.ts";
import { at, type Tensor, tensor } from "../../../tensor/index.ts";
import { predict } from "../../../training/index.ts";
import { findInputs } from "../../data/pictureFiles.ts";
import { readConfig } from "../../runFolder/config.ts";
import { testData } from "../../runFolder/testData.ts";
import type { Sample } from "../../samples/samplesFile.ts";
import { layoutOf } from "../predict/predictor.ts";

/** Samples in a file; a few more classes and sizes than one is worth seconds, not minutes. */
const COUNT = 6;
/** The longer side of a photo that is kept: smaller than most photos, larger than most nets' input. */
const LONGEST = 320;

/** A picture in its own size, with the name that it goes by. */
interface Picture {
  readonly name: string;
  readonly pixels: Image<"uint8">;
}

/** How a model's file takes pictures. */
interface Taking {
  readonly model: Model;
  readonly preprocessing: Preprocessing;
  /** Whether it prepares them itself. */
  readonly inside: boolean;
}

/**
 * A few pictures as a model's file takes them, and what the model says of them, prepared outside of it.
 * @param what a run, whose test pictures are taken; or else
 * @param from a picture or a folder of pictures
 * @throws StriateError `usage` or `data` where there are none
 */
export async function makeSamples(
  what: string,
  from: string | undefined,
  taking: Taking,
  engine: Engine,
): Promise<readonly Sample[]> {
  const { model, preprocessing, inside } = taking;
  const layout = layoutOf(model, what);
  const pictures = from === undefined ? await ofRun(what, layout) : await photos(await pathsIn(from), layout);
  const samples: Sample[] = [];
  for (const { name, pixels } of pictures) {
    const prepared = new Float32Array(layout.height * layout.width * layout.channels);
    const inSize = fitted(pixels, preprocessing.fit ?? "stretch", [layout.height, layout.width]);
    writePreprocessed(inSize.data, preprocessing, layout, prepared);
    const input: Tensor<"float32"> = tensor("float32", [1, ...model.inputShape], prepared);
    const output = await predict(model, input, { engine });
    samples.push({ name, input: inside ? { ...pixels, shape: [1, ...pixels.shape] } : input, output });
  }
  return samples;
}

async function pathsIn(from: string): Promise<readonly string[]> {
  return (await findInputs([from])).map(({ path }) => path);
}

/** Pictures that a run never learned from. */
async function ofRun(what: string, layout: PictureLayout): Promise<readonly Picture[]> {
  const config = await readConfig(what);
  if (!config) throw new StriateError("usage", `${what} is no run, which has test pictures`);
  const { pictures } = await testData(what, config);
  const source = pictures.describe?.();
  if (source?.kind === "imageFiles") {
    return photos(
      source.files.map(({ path }) => path),
      layout,
    );
  }
  const { height, width, channels } = layout;
  const places = spread(pictures.length);
  const { inputs } = await pictures.read(places);
  const size = height * width * channels;
  return places.map((place, i) => ({
    name: `picture ${place}`,
    // Data sets give values from 0 to 1.
    pixels: tensor(
      "uint8",
      [height, width, channels],
      Uint8Array.from(inputs.data.subarray(i * size, (i + 1) * size), (x) => Math.round(255 * x)),
    ),
  }));
}

/** The photos at a few places of a list; one that cannot be read is left out. */
async function photos(paths: readonly string[], { channels }: PictureLayout): Promise<readonly Picture[]> {
  const pictures: Picture[] = [];
  let failure: unknown;
  for (const place of spread(paths.length)) {
    const path = at(paths, place);
    try {
      pictures.push({ name: basename(path), pixels: smaller(await decodeImage(path, { channels })) });
    } catch (thrown) {
      if (!(thrown instanceof StriateError && (thrown.code === "data" || thrown.code === "io"))) throw thrown;
      failure = thrown;
    }
  }
  if (pictures.length === 0 && failure !== undefined) throw failure;
  return pictures;
}

function smaller(image: Image<"uint8">): Image<"uint8"> {
  const size = imageSize(image);
  if (Math.max(size.width, size.height) <= LONGEST) return image;
  return resizeImage(image, sidesInside(size, { width: LONGEST, height: LONGEST }));
}

/** A few places evenly over so many, each once: lists of files go class by class. */
function spread(length: number): readonly number[] {
  const count = Math.min(COUNT, length);
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * length) / count));
}
