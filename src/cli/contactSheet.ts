import { blankImage, type Image, imageSize, resizeAndPad, type Sides } from "../image/index.ts";

const GAP = 4;
const PAPER = 255;

/**
 * Pictures side by side on white, row by row, each as large as fits into its cell.
 * @param columns pictures in a row
 */
export function contactSheet(rows: readonly (readonly Image[])[], columns: number, cell: Sides): Image<"uint8"> {
  const [down, across] = [cell.height + GAP, cell.width + GAP];
  const size = { height: rows.length * down + GAP, width: columns * across + GAP, channels: 3 };
  const sheet = blankImage("uint8", size);
  sheet.data.fill(PAPER);
  for (const [y, row] of rows.entries()) {
    for (const [x, picture] of row.entries()) {
      const { channels } = imageSize(picture);
      const whole = resizeAndPad(picture, { ...cell, fill: new Array(channels).fill(PAPER) });
      paste(sheet, whole, GAP + y * down, GAP + x * across);
    }
  }
  return sheet;
}

/** Pictures one under the other on white. */
export function stacked(pictures: readonly Image[]): Image<"uint8"> {
  const sizes = pictures.map(imageSize);
  const height = sizes.reduce((sum, size) => sum + size.height, 0);
  const width = Math.max(...sizes.map((size) => size.width));
  const sheet = blankImage("uint8", { height, width, channels: 3 });
  sheet.data.fill(PAPER);
  let top = 0;
  for (const [i, picture] of pictures.entries()) {
    paste(sheet, picture, top, 0);
    top += sizes[i]?.height ?? 0;
  }
  return sheet;
}

function paste(sheet: Image<"uint8">, picture: Image, top: number, left: number): void {
  const { height, width, channels } = imageSize(picture);
  const { width: sheetWidth } = imageSize(sheet);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      const to = ((top + y) * sheetWidth + left + x) * 3;
      for (let k = 0; k < 3; k++) sheet.data[to + k] = picture.data[from + (channels < 3 ? 0 : k)] ?? 0;
    }
  }
}
