import { at } from "../tensor/shape.ts";
import { type PictureFormat, pictureFormat } from "./fileFormat.ts";

/** What the first bytes of a picture say of it. */
export interface Header {
  readonly width: number;
  readonly height: number;
  /** Whether its last bytes are there, where the format tells. */
  readonly isWhole: boolean;
}

/**
 * The size of a picture by its header, for platforms that decode before they tell: JPEG, PNG, GIF, WebP and AVIF.
 * @returns undefined for any other format, and where the header itself is cut off
 */
export function readHeader(bytes: Uint8Array): Header | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = pictureFormat(bytes);
  try {
    return format && HEADERS[format]?.(view, bytes);
  } catch (thrown) {
    // A place outside the bytes.
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

const HEADERS: Readonly<Partial<Record<PictureFormat, (view: DataView, bytes: Uint8Array) => Header | undefined>>> = {
  png: pngHeader,
  jpeg: jpegHeader,
  gif: gifHeader,
  webp: webpHeader,
  avif: avifHeader,
};

function pngHeader(view: DataView): Header {
  const end = view.byteLength;
  const isWhole = end >= 12 && view.getUint32(end - 8) === 0x49454e44;
  return { width: view.getUint32(16), height: view.getUint32(20), isWhole };
}

/** Start-of-frame markers: C0 to CF without the tables C4, C8 and CC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function jpegHeader(view: DataView): Header | undefined {
  let place = 2;
  for (;;) {
    if (view.getUint8(place) !== 0xff) return undefined;
    const marker = view.getUint8(place + 1);
    if (marker === 0xff) {
      place++;
      continue;
    }
    if (isFrame(marker)) {
      const [height, width] = [view.getUint16(place + 5), view.getUint16(place + 7)];
      return { width, height, isWhole: hasEndOfJpeg(view, place) };
    }
    place += 2 + view.getUint16(place + 2);
  }
}

/** FF D9 stands nowhere in the data of a JPEG but at its end; the preview in its EXIF block lies before the frame. */
function hasEndOfJpeg(view: DataView, frame: number): boolean {
  for (let i = view.byteLength - 2; i > frame; i--) {
    if (view.getUint8(i) === 0xff && view.getUint8(i + 1) === 0xd9) return true;
  }
  return false;
}

function gifHeader(view: DataView): Header {
  return { width: view.getUint16(6, true), height: view.getUint16(8, true), isWhole: true };
}

function webpHeader(view: DataView, bytes: Uint8Array): Header | undefined {
  const chunk = String.fromCharCode(...bytes.subarray(12, 16));
  const isWhole = view.byteLength >= view.getUint32(4, true) + 8;
  const uint24 = (place: number) => view.getUint16(place, true) + view.getUint8(place + 2) * 2 ** 16;
  if (chunk === "VP8X") return { width: uint24(24) + 1, height: uint24(27) + 1, isWhole };
  if (chunk === "VP8L") {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, isWhole };
  }
  if (chunk !== "VP8 ") return undefined;
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff, isWhole };
}

/** The largest of the sizes (`ispe`) in an AVIF's properties: tiles and previews have sizes of their own. */
function avifHeader(view: DataView, bytes: Uint8Array): Header | undefined {
  let [width, height] = [0, 0];
  const mark = [0x69, 0x73, 0x70, 0x65];
  const most = Math.min(bytes.length - 16, 2 ** 16);
  for (let i = 0; i < most; i++) {
    if (!mark.every((byte, k) => at(bytes, i + k) === byte)) continue;
    const size = { width: view.getUint32(i + 8), height: view.getUint32(i + 12) };
    if (size.width * size.height > width * height) ({ width, height } = size);
  }
  return width > 0 ? { width, height, isWhole: true } : undefined;
}
