import { basename, resolve } from "node:path";
import type { FolderReport, InspectedPicture } from "../../../data/index.ts";
import {
  blankImage,
  centerCrop,
  decodeImage,
  figure,
  type Image,
  imageSize,
  paste,
  resizeShortSide,
} from "../../../image/index.ts";
import { permutation } from "../../../tensor/index.ts";
import { countOf } from "../../terminal/quantities.ts";

/** A class is a square of this side, of at most so many pictures along it; in pixels. */
const CLASS = { side: 240, along: 3, gap: 4 };

/** Of more classes the sheet has the first ones. */
const MOST_CLASSES = 30;

/** A square of pictures for each class, drawn by the seed from all that can be read, with its name and their number. */
export async function dataSheet(
  folder: string,
  { classNames, pictures }: FolderReport,
  seed: number,
): Promise<Image<"uint8">> {
  const panels = [];
  for (const [label, title] of classNames.slice(0, MOST_CLASSES).entries()) {
    const ofClass = pictures.filter((each) => each.label === label);
    if (ofClass.length === 0) continue;
    const order = permutation({ seed, stream: "sheet", counter: label }, ofClass.length);
    const sample = [...order].flatMap((i) => ofClass[i] ?? []);
    panels.push({ title, subtitle: countOf(ofClass.length, "picture"), image: await mosaic(sample) });
  }
  const rest = classNames.length > MOST_CLASSES ? `, of which ${MOST_CLASSES} are shown` : "";
  const count = `${countOf(pictures.length, "picture")} of ${countOf(classNames.length, "class", "classes")}${rest}`;
  const heading = {
    title: basename(resolve(folder)),
    subtitle: `${count}; a sample by seed ${seed}, the middle of each`,
  };
  return figure(panels, { columns: "wrap", heading });
}

/** The first pictures of a sample as a full square: one, four or nine, so that nothing is left empty. */
async function mosaic(sample: readonly InspectedPicture[]): Promise<Image<"uint8">> {
  const along = Math.min(CLASS.along, Math.floor(Math.sqrt(sample.length)));
  const side = Math.floor((CLASS.side - (along - 1) * CLASS.gap) / along);
  const whole = blankImage("uint8", { height: CLASS.side, width: CLASS.side, channels: 3 });
  whole.data.fill(255);
  for (const [i, { path }] of sample.slice(0, along * along).entries()) {
    const [column, row] = [i % along, Math.floor(i / along)];
    paste(whole, await square(path, side), column * (side + CLASS.gap), row * (side + CLASS.gap));
  }
  return whole;
}

/** The middle of a picture, after what sticks out far is cut: of a line the long side would become very long. */
async function square(path: string, side: number): Promise<Image<"uint8">> {
  const image = await decodeImage(path);
  const { width, height } = imageSize(image);
  const most = 8 * Math.min(width, height);
  const cut = centerCrop(image, { width: Math.min(width, most), height: Math.min(height, most) });
  return centerCrop(resizeShortSide(cut, { size: side }), { width: side, height: side });
}
