import { type Image, imageSize, resizeImage, type Sides, toBytes } from "../image/index.ts";
import { contactSheet } from "./contactSheet.ts";

/** A picture on the sheet has about the area of a square of this side, and no longer side than that; in pixels. */
const CELL = { side: 224, longest: 640 };

/**
 * The picture as the sheet has it: made smaller before it is augmented, as training does, so that noise and holes are
 * seen as the net sees them, and a large photo takes no longer than a small one.
 */
export function sheetPicture(picture: Image<"float32">): Image<"float32"> {
  const { width, height } = imageSize(picture);
  const ratio = Math.min(CELL.side / Math.sqrt(width * height), CELL.longest / Math.max(width, height));
  return ratio < 1 ? resizeImage(picture, scaled({ width, height }, ratio)) : picture;
}

/** All pictures on one sheet, as many in a row as there are rows; those that are tiny are enlarged pixel by pixel. */
export async function augmentSheet(made: Iterable<Image<"float32">>, count: number): Promise<Image<"uint8">> {
  const columns = Math.ceil(Math.sqrt(count));
  const rows: Image<"uint8">[][] = [];
  let cell: Sides = { width: 1, height: 1 };
  for (const picture of made) {
    const { width, height } = imageSize(picture);
    cell = scaled({ width, height }, Math.max(1, Math.floor(CELL.side / Math.max(width, height))));
    const row = rows.at(-1);
    const tile = resizeImage(toBytes(picture), { ...cell, method: "nearest" });
    if (row && row.length < columns) row.push(tile);
    else rows.push([tile]);
    // An interrupt is heard between pictures.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return contactSheet(rows, columns, cell);
}

function scaled({ width, height }: Sides, ratio: number): Sides {
  return { width: Math.max(1, Math.round(width * ratio)), height: Math.max(1, Math.round(height * ratio)) };
}
