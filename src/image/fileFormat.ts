// What a file is by its first bytes. Libraries open more than the formats that Striate documents (libvips also SVG, of which
// a kilobyte can take minutes), so nothing reaches a decoder that is not known here.

/** The formats that are decoded. */
export type PictureFormat = "jpeg" | "png" | "webp" | "avif" | "gif" | "tiff";

/** Whether a text of Latin-1, the first bytes of a file, is of some format. */
type Test = (start: string) => boolean;

const begins =
  (...marks: readonly string[]): Test =>
  (start) =>
    marks.some((mark) => start.startsWith(mark));

const DECODED: Readonly<Record<PictureFormat, Test>> = {
  jpeg: begins("\xff\xd8\xff"),
  png: begins("\x89PNG\r\n\x1a\n"),
  webp: (start) => start.startsWith("RIFF") && start.startsWith("WEBP", 8),
  avif: (start) => isoKind(start) === "avif",
  gif: begins("GIF87a", "GIF89a"),
  // Classic and BigTIFF.
  tiff: begins("II*\0", "MM\0*", "II+\0", "MM\0+"),
};

/** Formats that are not decoded: how a message calls them, and what to do where there is more to say than what is. */
const OTHERS: readonly (readonly [name: string, is: Test, advice?: string])[] = [
  [
    "HEIC",
    (start) => isoKind(start) === "heic",
    "Convert it to JPEG (magick photo.heic photo.jpg; on a Mac: sips -s format jpeg photo.heic --out photo.jpg), or have " +
      'the phone take JPEGs (Settings, Camera, Formats, "Most Compatible")',
  ],
  ["a video", (start) => isoKind(start) === "video" || start.startsWith("\x1a\x45\xdf\xa3")],
  ["SVG", (start) => /<svg[\s>]/.test(start) && isMarkup(start), "Draw it as a PNG first"],
  ["a web page", (start) => /<(!doctype html|html)[\s>]/i.test(start) && isMarkup(start), "Get the file again"],
  ["PDF", begins("%PDF-"), "Draw it as a PNG first"],
  ["BMP", (start) => start.startsWith("BM") && start.startsWith("\0\0\0\0", 6)],
  ["JPEG XL", begins("\xff\x0a", "\0\0\0\x0cJXL ")],
  ["JPEG 2000", begins("\0\0\0\x0cjP  ", "\xff\x4f\xff\x51")],
  ["a Photoshop file", begins("8BPS")],
  ["an icon (ICO)", begins("\0\0\x01\0")],
  ["OpenEXR", begins("\x76\x2f\x31\x01")],
  ["Radiance HDR", begins("#?RADIANCE", "#?RGBE")],
  ["a Netpbm picture (PPM, PGM, PBM)", (start) => /^P[1-7][\s#]/.test(start)],
  ["a zip", begins("PK\x03\x04"), "Unpack it first"],
  ["a gzip", begins("\x1f\x8b"), "Unpack it first"],
];

/** How many bytes tell: what stands before an SVG's first tag may be long. */
export const TELLING_BYTES = 1024;

/** The format that bytes begin as, of those that are decoded. */
export function pictureFormat(bytes: Uint8Array): PictureFormat | undefined {
  const start = startOf(bytes);
  const found = Object.entries(DECODED).find(([, is]) => is(start));
  return found && (found[0] as PictureFormat);
}

/** Why bytes are no picture that is decoded, as the end of a sentence about the file: `is HEIC, which is not decoded. ...` */
export function whyUndecoded(bytes: Uint8Array): string {
  const start = startOf(bytes);
  const found = OTHERS.find(([, is]) => is(start));
  if (!found) return `is no picture that can be read: it begins with ${beginning(bytes)}. ${READABLE}`;
  const [name, , advice] = found;
  return `is ${name}, which is not decoded. ${advice ?? READABLE}`;
}

const READABLE = "Give a JPEG, PNG, WebP, AVIF, GIF or TIFF";

function startOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, TELLING_BYTES));
}

/** What bytes begin with, for a message: words, or numbers. */
function beginning(bytes: Uint8Array): string {
  const start = bytes.subarray(0, 16);
  const isText = start.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
  const text = JSON.stringify(new TextDecoder().decode(start).replace(/\uFFFD$/u, ""));
  const hex = Array.from(start.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return isText ? `the text ${text}` : `the bytes ${hex}`;
}

const BRANDS: Readonly<Record<string, readonly string[]>> = {
  avif: ["avif", "avis"],
  heic: ["heic", "heix", "heim", "heis", "hevc", "hevx"],
  video: ["isom", "iso2", "mp41", "mp42", "M4V ", "avc1", "qt  "],
};

/**
 * What a file in the ISO base media format (`ftyp`) holds: by its own brand, or, where that is a general one such as `mif1`, by
 * the first known one of those that it is compatible with.
 */
function isoKind(start: string): string | undefined {
  if (!start.startsWith("ftyp", 4)) return undefined;
  const end = [...start.slice(0, 4)].reduce((sum, digit) => sum * 256 + digit.charCodeAt(0), 0);
  for (let at = 8; at + 4 <= Math.min(end, start.length); at += at === 8 ? 8 : 4) {
    const brand = start.slice(at, at + 4);
    const kind = Object.keys(BRANDS).find((name) => BRANDS[name]?.includes(brand));
    if (kind !== undefined) return kind;
  }
  return undefined;
}

/** Whether it begins as XML and HTML do: with a tag, after a byte order mark or white space. */
function isMarkup(start: string): boolean {
  return /^(\xef\xbb\xbf)?\s*</.test(start);
}
