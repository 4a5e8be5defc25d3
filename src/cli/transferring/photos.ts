import { relative } from "node:path";
import { listed } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { Backbone } from "../../transfer/index.ts";
import { dataSource } from "../data/dataSource.ts";
import { holdsPictures, type LabelledData, loadData } from "../data/labelledData.ts";
import { defined } from "../defined.ts";
import { fitOf } from "../runFolder/fit.ts";
import type { Output } from "../terminal/output.ts";

/** How the photos of a command are read. */
interface PhotoFlags {
  readonly fit: "pad" | "crop" | "squash";
  readonly seed: number;
  readonly maxPixels?: number;
  readonly onError?: "skip" | "fail";
  readonly classPattern?: string;
}

/**
 * The folder that stands on the command line, by itself or as `--data`.
 * @throws StriateError `usage` where there are two, or none
 */
export function photosNamed(command: string, [argument]: readonly string[], data: string | undefined): string {
  if (argument !== undefined && data !== undefined) {
    throw new StriateError("usage", `the data is ${argument} or --data ${relative("", data)}; give one`);
  }
  const source = argument === undefined ? data : dataSource.parse(argument, "--data");
  if (source !== undefined) return source;
  throw new StriateError("usage", `name the folder of the photos: striate ${command} photos`);
}

/**
 * Photos in the size of a backbone.
 * @throws StriateError `usage` for data that is no folder of pictures; and as `loadData`
 */
export async function loadPhotos(
  source: string,
  flags: PhotoFlags,
  { pictureShape: [height, width, channels] }: Backbone,
  classNames?: readonly string[],
): Promise<LabelledData> {
  const { seed, maxPixels, onError, classPattern } = flags;
  if (!(await holdsPictures(source))) {
    throw new StriateError(
      "usage",
      `${source} is no folder of photos, which transfer learning is for; train a net on it: striate train --model lenet`,
    );
  }
  return loadData(source, {
    ...defined({ seed, maxPixels, onError, classPattern, classNames }),
    imageSize: [height, width],
    channels: channels as 1 | 3 | 4,
    fit: fitOf(flags.fit),
    testSplit: 0,
  });
}

/** Says what is worth knowing before anything is computed. */
export function tellPhotos(output: Output, { emptyClasses }: LabelledData, backbone: Backbone): void {
  if (emptyClasses?.length) {
    output.say(`no class, without a picture that can be read: ${listed(emptyClasses)}`);
  }
  if (backbone.assumed) {
    output.say(`${backbone.name} does not say how its pictures are prepared; values from 0 to 1 are taken`);
  }
}
