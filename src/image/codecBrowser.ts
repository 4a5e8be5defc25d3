// The browser's own decoder and encoder: bundlers take this file in the place of codecNode.ts.
import { asError, StriateError } from "../errors.ts";
import { type Codec, checkPixels, damagedPicture, notAPicture, type Pixels } from "./codec.ts";
import { pictureFormat } from "./fileFormat.ts";
import { readHeader } from "./header.ts";
import { writePng } from "./pngWriter.ts";
import { straightPixels } from "./straightAlpha.ts";

// What is used of the browser; its types would bring the whole DOM into Node's.
interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}
interface PixelData {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}
interface Context {
  drawImage(bitmap: Bitmap, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): PixelData;
  createImageData(width: number, height: number): PixelData;
  putImageData(pixels: PixelData, x: number, y: number): void;
}
interface Canvas {
  getContext(kind: "2d", options: { readonly willReadFrequently: boolean }): Context | null;
  convertToBlob(options: { readonly type: string; readonly quality?: number }): Promise<Blob>;
}
declare const OffscreenCanvas: new (width: number, height: number) => Canvas;
declare function createImageBitmap(
  source: Blob,
  options: { readonly imageOrientation: "from-image"; readonly premultiplyAlpha: "none" },
): Promise<Bitmap>;

/**
 * `createImageBitmap` and `OffscreenCanvas`, and WebGL for pictures with alpha; `decodeImage` says how near to Node's values
 * that is. Where there is no WebGL, nearly clear pixels lose their colour.
 */
export const codec: Codec = {
  async readFile(path) {
    throw new StriateError("usage", `${path}: a browser has no files by path; give the picture's bytes, or a Blob`);
  },

  async decode(bytes, name, maxPixels) {
    const header = readHeader(bytes);
    if (!header) throw unreadable(name, bytes);
    checkPixels(name, header.width, header.height, maxPixels);
    // Browsers draw what there is of a picture that is cut off.
    if (!header.isWhole) throw damagedPicture(name, "its end is missing");
    const bitmap = await bitmapOf(bytes, name);
    try {
      const { width, height } = bitmap;
      const context = contextOf(new OffscreenCanvas(width, height));
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      const drawn = new Uint8Array(data.buffer);
      const straight = isOpaque(drawn) ? undefined : await straightPixels(bitmap);
      return { width, height, channels: 4, data: straight ?? drawn };
    } finally {
      bitmap.close();
    }
  },

  async drawSvg() {
    throw new StriateError("data", "figures with titles are drawn in Node; a browser has its own canvas");
  },

  async encode(pixels, format, quality) {
    if (format === "png") return writePng(pixels);
    const type = `image/${format}`;
    const canvas = new OffscreenCanvas(pixels.width, pixels.height);
    const context = contextOf(canvas);
    const canvasPixels = context.createImageData(pixels.width, pixels.height);
    fill(canvasPixels.data, pixels);
    context.putImageData(canvasPixels, 0, 0);
    const blob = await canvas.convertToBlob({ type, quality: (quality ?? 90) / 100 });
    // What a browser cannot write becomes a PNG.
    if (blob.type !== type) {
      throw new StriateError(
        "usage",
        `this browser does not write ${format}; PNG, JPEG and WebP are what browsers write`,
      );
    }
    return new Uint8Array(await blob.arrayBuffer());
  },
};

/** The error of bytes whose size is not known. */
function unreadable(name: string, bytes: Uint8Array): StriateError {
  const kind = pictureFormat(bytes);
  if (kind === "tiff") {
    return new StriateError("data", `${name}: is a TIFF, which browsers do not decode. Convert it to PNG first`);
  }
  if (kind === undefined) return notAPicture(name, bytes);
  return damagedPicture(name, "its header is cut off");
}

async function bitmapOf(bytes: Uint8Array, name: string): Promise<Bitmap> {
  try {
    const blob = new Blob([new Uint8Array(bytes)]);
    return await createImageBitmap(blob, { imageOrientation: "from-image", premultiplyAlpha: "none" });
  } catch (thrown) {
    throw damagedPicture(name, asError(thrown).message.replace(/\.$/, ""), thrown);
  }
}

function contextOf(canvas: Canvas): Context {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context) return context;
  throw new StriateError("engine", "the browser has no 2d canvas left; close other pages and try again");
}

function isOpaque(rgba: Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return false;
  return true;
}

/** Pixels as red, green, blue and alpha. */
function fill(target: Uint8ClampedArray, { channels, data }: Pixels): void {
  for (let from = 0, to = 0; from < data.length; from += channels, to += 4) {
    const grey = channels < 3;
    target[to] = data[from] ?? 0;
    target[to + 1] = data[grey ? from : from + 1] ?? 0;
    target[to + 2] = data[grey ? from : from + 2] ?? 0;
    target[to + 3] = channels % 2 === 0 ? (data[from + channels - 1] ?? 0) : 255;
  }
}
