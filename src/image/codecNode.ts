// The only file that knows sharp.
import sharp, { type Metadata, type Sharp } from "sharp";
import { asError, StriateError } from "../errors.ts";
import { readRegular } from "../files/regularFile.ts";
import { coloursOfInks } from "./cmyk.ts";
import {
  type Codec,
  checkPixels,
  damagedPicture,
  type ImageFormat,
  notAPicture,
  type Pixels,
  type Shrinking,
  type Sides,
  unsupportedPicture,
} from "./codec.ts";
import { type PictureFormat, pictureFormat } from "./fileFormat.ts";

/** Sharp (libvips) in Node. */
export const codec: Codec = {
  async readFile(path) {
    try {
      return await readRegular(path);
    } catch (thrown) {
      const { code, message }: NodeJS.ErrnoException = asError(thrown);
      const reasons: Readonly<Record<string, string>> = {
        ENOENT: "there is no such file",
        EISDIR: "is a folder, where a picture is expected",
      };
      const reason = reasons[code ?? ""] ?? `cannot be read (${message})`;
      throw new StriateError("io", `${path}: ${reason}. Check the path`, { cause: thrown });
    }
  },

  async decode(bytes, name, maxPixels, shrinking) {
    const format = pictureFormat(bytes);
    if (!format) throw notAPicture(name, bytes);
    // Errors and missing ends are refused; warnings, such as stray bytes between segments, are common and harmless.
    const input = sharp(bytes, { failOn: "error", limitInputPixels: false });
    const metadata = await readMetadata(input, name);
    // What begins as two formats at once is the one that its first bytes say, or nothing.
    if (metadata.format !== SHARP_NAMES[format]) throw damagedPicture(name, `it begins as ${format} and is none`);
    const { width, height, channels, space, depth, hasAlpha, hasProfile, autoOrient } = metadata;
    // 16 bits are decoded as they are, and become 8 beside them.
    checkPixels(name, width, height, maxPixels, channels * (depth === "ushort" ? 3 : 1));
    if (depth !== "uchar" && depth !== "ushort") {
      const why = `its values are of type ${depth}; values of 8 or 16 bits can be read. Convert it first`;
      throw new StriateError("data", `${name}: ${why}`);
    }
    // Sharp's grey pictures have no alpha, so that grey with alpha is read as colour.
    const grey = (space === "b-w" || space === "grey16") && !hasAlpha;
    try {
      const oriented = input.autoOrient();
      if (depth === "ushort") return await deepPixels(oriented.toColourspace(grey ? "grey16" : "rgb16"));
      const sized = shrinking ? shrunk(oriented, autoOrient, shrinking) : oriented;
      if (space === "cmyk" && !hasProfile) return await inkPixels(sized);
      const shallow = sized.toColourspace(grey ? "b-w" : "srgb").raw({ depth: "uchar" });
      const { data, info } = await shallow.toBuffer({ resolveWithObject: true });
      return { width: info.width, height: info.height, channels: info.channels, data: ownBytes(data) };
    } catch (thrown) {
      throw undecodable(name, thrown);
    }
  },

  async drawSvg(svg) {
    const drawn = sharp(Buffer.from(svg)).ensureAlpha().toColourspace("srgb").raw({ depth: "uchar" });
    const { data, info } = await drawn.toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: info.channels, data: ownBytes(data) };
  },

  async encode({ data, width, height, channels }, format, quality) {
    const raw = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
    const pixels = raw.toColourspace(channels < 3 ? "b-w" : "srgb");
    return ownBytes(await WRITERS[format](pixels, quality).toBuffer());
  },
};

const SHARP_NAMES: Readonly<Record<PictureFormat, string>> = {
  jpeg: "jpeg",
  png: "png",
  webp: "webp",
  avif: "heif",
  gif: "gif",
  tiff: "tiff",
};

const KERNELS = { bilinear: "linear", bicubic: "cubic", lanczos3: "lanczos3" } as const;

/** Resized by libvips, which reads a JPEG at a half, a quarter or an eighth of its size where that is still enough. */
function shrunk(input: Sharp, original: Sides, { sides, method }: Shrinking): Sharp {
  const { width, height } = sides(original);
  if (width > original.width || height > original.height) return input;
  return input.resize(width, height, { fit: "fill", kernel: KERNELS[method] });
}

/** Without a profile of its own libvips would take one that no other decoder has. */
async function inkPixels(input: Sharp): Promise<Pixels> {
  const inks = input.pipelineColourspace("cmyk").toColourspace("cmyk").raw({ depth: "uchar" });
  const { data, info } = await inks.toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: 3, data: coloursOfInks(data) };
}

/** 16-bit values as 8-bit ones: 65,535 becomes 255, and what lies between is rounded. */
async function deepPixels(input: Sharp): Promise<Pixels> {
  const { data, info } = await input.raw({ depth: "ushort" }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const bytes = new Uint8Array(width * height * channels);
  const { buffer } = ownBytes(data);
  const values = new Uint16Array(buffer);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.round((values[i] ?? 0) / 257);
  return { width, height, channels, data: bytes };
}

async function readMetadata(input: Sharp, name: string): Promise<Metadata> {
  try {
    return await input.metadata();
  } catch (thrown) {
    throw undecodable(name, thrown);
  }
}

/** The default qualities are those at which the loss is hard to see; TIFF is written without any. */
const WRITERS: Readonly<Record<ImageFormat, (pixels: Sharp, quality?: number) => Sharp>> = {
  png: (pixels) => pixels.png(),
  jpeg: (pixels, quality = 90) => pixels.jpeg({ quality }),
  webp: (pixels, quality = 90) => pixels.webp({ quality }),
  avif: (pixels, quality = 65) => pixels.avif({ quality }),
  gif: (pixels) => pixels.gif(),
  tiff: (pixels) => pixels.tiff({ compression: "deflate" }),
};

/** Bytes in a buffer of their own, which can be sent to a worker. */
function ownBytes(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = bytes;
  const whole = buffer instanceof ArrayBuffer && byteOffset === 0 && buffer.byteLength === length;
  return whole ? new Uint8Array(buffer) : new Uint8Array(bytes);
}

/** What libvips says of kinds of TIFF that it was built without. */
const UNSUPPORTED = /not supported|not configured|labq|samples_per_pixel/;

function undecodable(name: string, thrown: unknown): StriateError {
  const reason = firstLine(thrown);
  return (UNSUPPORTED.test(reason) ? unsupportedPicture : damagedPicture)(name, reason, thrown);
}

/** What libvips says first; what follows comes of it. Nothing where another thread took the words, which all share. */
function firstLine(thrown: unknown): string {
  const [line = ""] = asError(thrown)
    .message.replace(/^Input (buffer|file) has corrupt header: /, "")
    .split("\n");
  return line.trim() === "Unknown error" ? "" : line.trim();
}
