import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  addGaussianNoise,
  BORDERS,
  canny,
  centerCrop,
  convolve,
  correlate,
  cropImage,
  decodeImage,
  directionWheel,
  encodeImage,
  figure,
  GRADIENT_OPERATORS,
  gaborBank,
  gaussianBlur,
  gradientDirection,
  gradientMagnitude,
  gradients,
  IMAGE_FORMATS,
  type Image,
  RESIZE_METHODS,
  renormalize,
  resizeAndPad,
  resizeImage,
  resizeShortSide,
  toBytes,
  withChannels,
} from "#striate/image/index";
import { pixelPath } from "#striate/image/pixelFont";
import { tensor } from "#striate/tensor/index";
import { closeTo } from "../support/close.ts";
import { readsOrRefuses, refusal } from "../support/fuzz.ts";
import { HEIC } from "../support/pictureFolder.ts";
import { asFloats, farthest, noise } from "../support/pictures.ts";

const folder = new URL("../goldens/pictures/", import.meta.url).pathname;
const photo = new URL("../goldens/photos/chelsea.png", import.meta.url).pathname;

/** A grey picture of these rows. */
function grey(...rows: readonly (readonly number[])[]): Image<"uint8"> {
  return { dtype: "uint8", shape: [rows.length, rows[0]?.length ?? 0, 1], data: Uint8Array.from(rows.flat()) };
}

async function temporaryFile(name: string, bytes: Uint8Array | string): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), "striate-image-"));
  onTestFinished(() => rm(place, { recursive: true }));
  await writeFile(join(place, name), bytes);
  return join(place, name);
}

/** A TIFF of 2 x 2 floats, by hand: the header, the values, and a directory of tags. */
function floatTiff(): Uint8Array {
  const tags = [
    [256, 3, 2],
    [257, 3, 2],
    [258, 3, 32],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 3, 2],
    [279, 4, 16],
    [339, 3, 3],
  ] as const;
  const file = Buffer.alloc(24 + 2 + 12 * tags.length + 4);
  file.write("II*\0", "latin1");
  file.writeUInt32LE(24, 4);
  for (const [i, value] of [0, 0.25, 0.5, 1].entries()) file.writeFloatLE(value, 8 + 4 * i);
  file.writeUInt16LE(tags.length, 24);
  for (const [i, [tag, type, value]] of tags.entries()) {
    file.writeUInt16LE(tag, 26 + 12 * i);
    file.writeUInt16LE(type, 28 + 12 * i);
    file.writeUInt32LE(1, 30 + 12 * i);
    file.writeUInt32LE(value, 34 + 12 * i);
  }
  return file;
}

/** A PNG of one bit a pixel, all black: tiny however large the picture is. */
function blackPng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height), { level: 9 });
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]);
}

/** The checksum of PNG's chunks, bit by bit. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

describe("decoding refuses", () => {
  test("a picture of 30,000 x 30,000 by its header, without decoding it", async () => {
    const png = blackPng(30_000, 30_000);
    expect(png.length).toBeLessThan(200_000);
    const begin = performance.now();
    expect(await refusal(() => decodeImage(png, { name: "bomb.png" }))).toBe(
      "data: bomb.png: is 30000 x 30000, 900,000,000 pixels, and at most 100,000,000 are decoded. " +
        "If the picture is good, raise the limit: maxPixels, on the command line --max-pixels",
    );
    expect(performance.now() - begin).toBeLessThan(1000);
  });

  test("what has one pixel more than maxPixels, and nothing that has not", async () => {
    const png = blackPng(20, 30);
    expect((await decodeImage(png, { maxPixels: 600 })).shape).toEqual([30, 20, 3]);
    expect(await refusal(() => decodeImage(png, { maxPixels: 599 }))).toContain("is 20 x 30, 600 pixels");
    expect(await refusal(() => decodeImage(png, { maxPixels: Number.NaN }))).toBe(
      "usage: maxPixels is a number of pixels from 1 on; got NaN",
    );
  });

  test("a text with the name of a picture, and says what it begins with", async () => {
    const path = await temporaryFile("text.jpg", "Not a picture, but words");
    expect(await refusal(() => decodeImage(path))).toBe(
      `data: ${path}: is no picture that can be read: it begins with the text "Not a picture, b". ` +
        "Give a JPEG, PNG, WebP, AVIF, GIF or TIFF",
    );
  });

  test.each([
    [
      "SVG",
      '<?xml version="1.0"?>\n<!-- a picture -->\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>',
    ],
    ["a web page", "<!DOCTYPE html><html><body>404</body></html>"],
    ["PDF", "%PDF-1.7\n"],
    ["BMP", "BM\x46\0\0\0\0\0\0\0\x36\0\0\0"],
    ["JPEG XL", "\xff\x0a\xfa"],
    ["JPEG 2000", "\0\0\0\x0cjP  \r\n\x87\n"],
    ["HEIC", Buffer.from(HEIC).toString("latin1")],
    ["HEIC", "\0\0\0\x18ftypmif1\0\0\0\0mif1heic"],
    ["a video", "\0\0\0\x18ftypmp42\0\0\0\0isommp42"],
    ["a Netpbm picture (PPM, PGM, PBM)", "P6\n1 1\n255\n\0\0\0"],
    ["a gzip", "\x1f\x8b\x08\0"],
  ])("%s under a picture's name, and names it", async (format, content) => {
    const path = await temporaryFile("photo.png", Buffer.from(content, "latin1"));
    expect(await refusal(() => decodeImage(path))).toContain(`data: ${path}: is ${format}, which is not decoded. `);
  });

  test("what begins as one format and is another", async () => {
    const svg = `GIF89a<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>`;
    expect(await refusal(() => decodeImage(Buffer.from(svg), { name: "a.gif" }))).toContain(
      "a.gif: is cut off or damaged",
    );
  });

  test("an empty file", async () => {
    const path = await temporaryFile("empty.png", "");
    expect(await refusal(() => decodeImage(path))).toContain(`data: ${path}: is empty (0 bytes)`);
  });

  test("bytes that are nothing", async () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => (i * 37) % 256);
    expect(await refusal(() => decodeImage(bytes))).toContain("the picture: is no picture that can be read");
  });

  test.each(["colour.jpg", "progressive.jpg", "colour.png", "palette.gif", "lossy.webp", "colour.avif", "colour.tiff"])(
    "%s when it is cut off",
    async (file) => {
      const bytes = await readFile(join(folder, file));
      const [part, name] = [bytes.subarray(0, Math.floor(bytes.length * 0.7)), `part of ${file}`];
      expect(await refusal(() => decodeImage(part, { name }))).toMatch(
        /^data: part of .*: is cut off or damaged: .*again$/,
      );
    },
  );

  test("a whole picture of a kind that the decoder lacks, which is not called damaged", async () => {
    expect(await refusal(() => decodeImage(join(folder, "lab.tiff")))).toMatch(
      /^data: .*lab\.tiff: is of a kind that cannot be read: .*Convert it to PNG or JPEG$/,
    );
  });

  test("a missing file and a folder, as io", async () => {
    expect(await refusal(() => decodeImage("no/such.png"))).toBe(
      "io: no/such.png: there is no such file. Check the path",
    );
    expect(await refusal(() => decodeImage(folder))).toContain("is a folder, where a picture is expected");
  });

  test("a TIFF of 32-bit floats", async () => {
    const bytes = floatTiff();
    expect(await refusal(() => decodeImage(bytes))).toBe(
      "data: the picture: its values are of type float; values of 8 or 16 bits can be read. Convert it first",
    );
  });

  test("wrong options", async () => {
    const two = { channels: 2 as 1 };
    expect(await refusal(() => decodeImage(photo, two))).toBe(
      "usage: channels is 1 (grey), 3 (colour) or 4 (colour and alpha); got 2",
    );
    const background = [0, 0, 256] as const;
    expect(await refusal(() => decodeImage(photo, { background }))).toContain("each from 0 to 255; got [0, 0, 256]");
  });

  test("damaged copies with a StriateError, or reads them", async () => {
    for (const file of await readdir(folder)) {
      await readsOrRefuses(await readFile(join(folder, file)), 15, (bytes) => decodeImage(bytes));
    }
  });
});

describe("decoding", () => {
  test("takes bytes, a Blob and a path alike", async () => {
    const bytes = await readFile(photo);
    const wanted = (await decodeImage(photo)).data;
    expect((await decodeImage(bytes)).data).toEqual(wanted);
    expect((await decodeImage(new Blob([bytes]))).data).toEqual(wanted);
  });

  test("shows white through transparent pixels unless another colour is given", async () => {
    const clear = await encodeImage({ dtype: "uint8", shape: [1, 1, 4], data: Uint8Array.from([9, 9, 9, 0]) });
    expect([...(await decodeImage(clear)).data]).toEqual([255, 255, 255]);
    expect([...(await decodeImage(clear, { background: [1, 2, 3] })).data]).toEqual([1, 2, 3]);
  });

  test("keeps the alpha of grey pictures", async () => {
    const raw = { width: 2, height: 1, channels: 2 } as const;
    for (const depth of ["b-w", "grey16"]) {
      const png = await sharp(Uint8Array.of(10, 255, 100, 51), { raw })
        .toColourspace(depth)
        .png()
        .toBuffer();
      expect([...(await decodeImage(png, { channels: 1, background: [0, 0, 0] })).data]).toEqual([10, 20]);
      expect([...(await decodeImage(png, { channels: 4 })).data]).toEqual([10, 10, 10, 255, 100, 100, 100, 51]);
    }
  });

  test("gives a buffer of its own, which can be sent to a worker", async () => {
    const { data } = await decodeImage(photo);
    expect(data.buffer.byteLength).toBe(data.length);
    expect(structuredClone(data, { transfer: [data.buffer] })).toHaveLength(224 * 224 * 3);
  });
});

describe("encoding", () => {
  test.each([1, 3, 4] as const)("as PNG and TIFF keeps every value of %i channels", async (channels) => {
    const image = noise([11, 7, channels, 5]);
    for (const format of ["png", "tiff"] as const) {
      expect((await decodeImage(await encodeImage(image, { format }), { channels })).data).toEqual(image.data);
    }
  });

  test.each(IMAGE_FORMATS)("as %s is near the picture", async (format) => {
    const image = await decodeImage(photo);
    const again = await decodeImage(await encodeImage(image, { format }));
    const distance = again.data.reduce((sum, value, i) => sum + Math.abs(value - (image.data[i] ?? 0)), 0);
    expect(distance / image.data.length).toBeLessThan(5);
  });

  test("a lower quality is smaller", async () => {
    const image = await decodeImage(photo);
    for (const format of ["jpeg", "webp", "avif"] as const) {
      const [small, good] = [await encodeImage(image, { format, quality: 20 }), await encodeImage(image, { format })];
      expect(small.length).toBeLessThan(good.length / 2);
    }
  });

  test("rounds float32 and cuts it to 0..255", () => {
    const image = {
      dtype: "float32",
      shape: [1, 6, 1],
      data: Float32Array.from([-3, 0.49, 0.5, 254.6, 300, Number.NaN]),
    };
    expect([...toBytes(image as Image<"float32">).data]).toEqual([0, 0, 1, 255, 255, 0]);
  });

  test("refuses other channels, formats and qualities", async () => {
    expect(await refusal(() => encodeImage(noise([2, 2, 2, 0])))).toContain(
      "shape: a picture that is written has 1, 3 or 4",
    );
    expect(await refusal(() => encodeImage(noise([2, 2, 3, 0]), { format: "bmp" as "png" }))).toContain(`got "bmp"`);
    expect(await refusal(() => encodeImage(noise([2, 2, 3, 0]), { quality: 0 }))).toContain("from 1 to 100; got 0");
  });
});

describe("channels", () => {
  test("grey becomes three equal channels, and comes back as it was", () => {
    const image = noise([3, 4, 1, 1]);
    expect([...withChannels(image, 3).data.subarray(0, 3)]).toEqual(Array(3).fill(image.data[0]));
    expect(withChannels(withChannels(image, 4), 1)).toEqual(image);
  });
});

describe("resizing", () => {
  test.each(RESIZE_METHODS)("by %s keeps a picture of one value", (method) => {
    const image = { ...grey(...Array(7).fill(Array(5).fill(201))) };
    for (const antialias of [true, false]) {
      const { data } = resizeImage(image, { width: 12, height: 3, method, antialias });
      expect([...data]).toEqual(Array(36).fill(201));
    }
  });

  test.each(RESIZE_METHODS)("by %s is symmetric: flipped before or after is the same", (method) => {
    const image = asFloats(noise([4, 9, 1, 3]));
    const flip = ({ shape, data }: Image<"float32">): Image<"float32"> => {
      const width = shape[1] ?? 0;
      const flipped = data.map((_, i) => data[i - (i % width) + width - 1 - (i % width)] ?? 0);
      return { dtype: "float32", shape, data: flipped };
    };
    const options = { width: 5, height: 4, method };
    closeTo(flip(resizeImage(image, options)).data, resizeImage(flip(image), options).data, 1e-6, "values");
  });

  test("a pixel becomes a block of itself", () => {
    expect([...resizeImage(grey([1, 2]), { width: 4, height: 2, method: "nearest" }).data]).toEqual([
      1, 1, 2, 2, 1, 1, 2, 2,
    ]);
  });

  test("area halves a picture to the means of its blocks", () => {
    const image = grey([0, 2, 10, 20], [4, 6, 30, 40]);
    expect([...resizeImage(image, { width: 2, height: 1, method: "area" }).data]).toEqual([3, 25]);
  });

  test("colours of transparent pixels do not bleed into others, up to the rounding of Pillow", () => {
    const image: Image<"uint8"> = {
      dtype: "uint8",
      shape: [1, 2, 4],
      data: Uint8Array.from([200, 0, 0, 255, 0, 255, 0, 0]),
    };
    const [red, green] = resizeImage(image, { width: 1, height: 1 }).data;
    expect([red, green]).toEqual([199, 0]);
  });

  test("without antialias a smaller picture sees few pixels", () => {
    const stripes = grey(Array.from({ length: 16 }, (_, x) => (x % 4 === 1 ? 255 : 0)));
    const options = { width: 4, height: 1, method: "bilinear" } as const;
    expect([...resizeImage(stripes, { ...options, antialias: false }).data]).toEqual([128, 128, 128, 128]);
    expect(resizeImage(stripes, options).data.every((value) => value < 100)).toBe(true);
  });

  test("the shorter side gets the size, and the longer one its proportion, floored", () => {
    expect(resizeShortSide(noise([30, 47, 3, 0]), { size: 20 }).shape).toEqual([20, 31, 3]);
    expect(resizeShortSide(noise([47, 30, 3, 0]), { size: 20 }).shape).toEqual([31, 20, 3]);
  });

  test("crops the middle, halves of odd margins to even", () => {
    const row = grey([0, 1, 2, 3, 4, 5, 6]);
    expect([...centerCrop(row, { width: 3, height: 1 }).data]).toEqual([2, 3, 4]);
    expect([...centerCrop(row, { width: 6, height: 1 }).data]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...centerCrop(row, { width: 4, height: 1 }).data]).toEqual([2, 3, 4, 5]);
  });

  test("pads what is left over on both sides", () => {
    const image = resizeAndPad(grey([7, 7], [7, 7]), { width: 5, height: 2, fill: [1] });
    expect([...image.data]).toEqual([1, 7, 7, 1, 1, 1, 7, 7, 1, 1]);
  });

  test("refuses sizes that are none, parts outside, and unknown methods", async () => {
    const image = noise([4, 4, 1, 0]);
    const size = { width: 2, height: 2 };
    expect(await refusal(() => resizeImage(image, { ...size, width: 0 }))).toContain(
      "usage: the width of a picture is a whole",
    );
    expect(await refusal(() => resizeImage(image, { ...size, height: 1.5 }))).toContain("got 1.5");
    expect(await refusal(() => resizeImage(image, { ...size, method: "cubic" as "bicubic" }))).toContain(`got "cubic"`);
    expect(await refusal(() => cropImage(image, { ...size, left: 3, top: 0 }))).toContain(
      "column 3, row 0 is not inside",
    );
    const flat = tensor("uint8", [4, 4], new Uint8Array(16)) as Image<"uint8">;
    expect(await refusal(() => resizeImage(flat, size))).toContain("shape: a picture is a tensor uint8 or float32");
  });
});

describe("convolution", () => {
  const image = noise([9, 12, 2, 8]);
  const ones = (height: number, width: number) => Array.from({ length: height }, () => Array<number>(width).fill(1));

  test.each([
    ["valid", 1, 1, [7, 9]],
    ["valid", 2, 2, [4, 5]],
    ["same", 1, 1, [9, 12]],
    ["same", 3, 3, [3, 4]],
    ["full", 1, 1, [11, 15]],
    [2, 1, 1, [11, 13]],
    [1, 2, 2, [5, 6]],
  ] as const)(
    "padding %s at stride %i has floor((n + 2p - k) / s) + 1 pixels",
    (padding, stride, _, [height, width]) => {
      expect(correlate(image, ones(3, 4), { padding, stride }).shape).toEqual([height, width, 2]);
    },
  );

  test("a stride takes every s-th pixel of stride 1, in one pass as in two", () => {
    const separable = ones(3, 3);
    const other = [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 10],
    ];
    for (const kernel of [separable, other]) {
      const [dense, strided] = [correlate(image, kernel), correlate(image, kernel, { stride: 2 })];
      const [height = 0, width = 0] = strided.shape;
      for (let i = 0; i < height * width * 2; i++) {
        const [y, x, c] = [Math.floor(i / (width * 2)), Math.floor(i / 2) % width, i % 2];
        expect(strided.data[i]).toBe(dense.data[(2 * y * 12 + 2 * x) * 2 + c]);
      }
    }
  });

  test.each(BORDERS)("two passes are the one pass of their product, border %s", (border) => {
    const [vertical, horizontal] = [
      [1, -2, 0.5, 3],
      [2, 0.25, -1],
    ];
    const product = vertical.map((v) => horizontal.map((h) => v * h));
    // One weight that no product has makes it dense: its share is taken off again.
    const dense = product.map((row, y) => row.map((weight, x) => weight + (y === 0 && x === 0 ? 1 : 0)));
    const corner = product.map((row, y) => row.map((_, x) => (y === 0 && x === 0 ? 1 : 0)));
    const [whole, extra] = [correlate(image, dense, { border }), correlate(image, corner, { border })];
    const wanted = whole.data.map((value, i) => value - (extra.data[i] ?? 0));
    closeTo(correlate(image, { vertical, horizontal }, { border }).data, wanted, 1e-5, "values");
  });

  test("true convolution with a pulse gives the kernel, correlation the turned kernel", () => {
    const pulse = grey([0, 0, 0], [0, 1, 0], [0, 0, 0]);
    const kernel = [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9.5],
    ];
    expect([...convolve(pulse, kernel).data]).toEqual(kernel.flat());
    expect([...correlate(pulse, kernel).data]).toEqual(kernel.flat().reverse());
  });

  test("a kernel for all channels sums them up", () => {
    const kernel = tensor("float32", [1, 1, 2], Float32Array.from([2, -1]));
    const sums = correlate(image, kernel);
    expect(sums.shape).toEqual([9, 12, 1]);
    expect(sums.data[5]).toBe(2 * (image.data[10] ?? 0) - (image.data[11] ?? 0));
  });

  test("refuses kernels that do not fit", async () => {
    expect(await refusal(() => correlate(image, ones(10, 1), { padding: "valid" }))).toContain(
      "shape: a kernel of 10 x 1 does not fit into a picture of 9 x 12 with padding valid",
    );
    const deep = tensor("float32", [1, 1, 3], new Float32Array(3));
    expect(await refusal(() => correlate(image, deep))).toContain(
      "a kernel for 3 channels came with a picture that has 2",
    );
    expect(await refusal(() => correlate(image, [[1, 2], [3]]))).toContain("have one length; these have 2, 1");
    expect(await refusal(() => correlate(image, [[Number.NaN]]))).toContain(
      "data: a kernel's weights are finite numbers",
    );
    expect(await refusal(() => correlate(image, []))).toContain("this one is empty");
    expect(await refusal(() => correlate(image, [[1]], { stride: 0 }))).toContain("usage: a stride is");
    expect(await refusal(() => correlate(image, [[1]], { padding: -1 }))).toContain("usage: padding is");
    expect(await refusal(() => correlate(image, [[1]], { border: "edge" as "wrap" }))).toContain(`got "edge"`);
  });
});

describe("edges", () => {
  const step = grey([0, 0, 255, 255], [0, 0, 255, 255], [0, 0, 255, 255]);

  test.each([
    ["sobel", 1020],
    ["scharr", 4080],
    ["prewitt", 765],
    ["roberts", 255],
  ] as const)("an edge from 0 to 255 has a gradient of %s of %i", (operator, size) => {
    const { gx } = gradients(step, { operator });
    expect(Math.max(...gx.data.map(Math.abs))).toBe(size);
  });

  test.each(GRADIENT_OPERATORS)("%s is 0 on a picture of one value", (operator) => {
    const flat = resizeImage(grey([77]), { width: 5, height: 4 });
    expect(gradientMagnitude(flat, { operator }).data.every((value) => value === 0)).toBe(true);
  });

  test("channels stand for themselves", () => {
    const image = noise([6, 5, 3, 9]);
    const second: Image<"uint8"> = { dtype: "uint8", shape: [6, 5, 1], data: image.data.filter((_, i) => i % 3 === 1) };
    const [all, one] = [gradients(image), gradients(second)];
    expect([...all.gy.data.filter((_, i) => i % 3 === 1)]).toEqual([...one.gy.data]);
  });

  test("the direction is 0 to the right and a quarter turn downwards", () => {
    const direction = (image: Image) => gradientDirection(gradients(image)).data[5];
    expect(direction(step)).toBe(0);
    expect(direction(grey([0, 0, 0, 0], [0, 0, 0, 0], [9, 9, 9, 9]))).toBeCloseTo(Math.PI / 2);
  });

  test.each(GRADIENT_OPERATORS)("%s gives a plane the direction in which it rises", (operator) => {
    for (const angle of [0, 0.3, Math.PI / 4, 2, Math.PI / 2, 3, -0.3, -Math.PI / 4, -2, -3]) {
      const [right, down] = [Math.cos(angle), Math.sin(angle)];
      const data = Float32Array.from({ length: 25 }, (_, i) => 100 + 10 * ((i % 5) * right + Math.floor(i / 5) * down));
      const both = gradients({ dtype: "float32", shape: [5, 5, 1], data }, { operator });
      expect(gradientDirection(both).data[12]).toBeCloseTo(angle, 4);
    }
    const flat = gradients({ dtype: "float32", shape: [3, 3, 1], data: new Float32Array(9) }, { operator });
    expect(gradientDirection(flat).data[4]).toBe(0);
  });

  test("Roberts's cross is positive where it gets brighter to the upper left and to the upper right", () => {
    const corner = (...rows: readonly (readonly number[])[]) => {
      const { gx, gy } = gradients(grey(...rows), { operator: "roberts" });
      return [gx.data[0], gy.data[0]];
    };
    expect(corner([9, 0], [0, 0])).toEqual([9, 0]);
    expect(corner([0, 9], [0, 0])).toEqual([0, 9]);
  });

  test("Canny draws one line of one pixel along a step", () => {
    const image = grey(...Array(5).fill([0, 0, 0, 200, 200, 200]));
    const { data } = canny(image, { low: 50, high: 100 });
    for (let y = 0; y < 5; y++)
      expect(data.subarray(y * 6, y * 6 + 6).filter((value) => value === 255)).toHaveLength(1);
  });

  test("Canny follows a weak edge from a strong one, and drops it alone", () => {
    const fading = grey(...Array.from({ length: 40 }, (_, y) => [0, 0, 0, 200 - 4 * y, 200 - 4 * y, 200 - 4 * y]));
    const count = (low: number, high: number) => canny(fading, { low, high }).data.filter((value) => value > 0).length;
    expect(count(200, 600)).toBeGreaterThan(count(600, 600) + 10);
    expect(count(200, 900)).toBe(0);
  });

  test("a blurred picture keeps its sum inside a zero border wide enough", () => {
    const image = resizeAndPad(noise([4, 4, 1, 2]), { width: 24, height: 24 });
    const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
    expect(sum(gaussianBlur(image, { sigma: 1 }).data) / sum(image.data)).toBeCloseTo(1, 5);
  });

  test("noise is the same for a seed, and has the deviation that was asked for", () => {
    const flat = resizeImage(grey([100]), { width: 100, height: 100 });
    const { data } = addGaussianNoise(flat, { stddev: 5, seed: 3 });
    expect(addGaussianNoise(flat, { stddev: 5, seed: 3 }).data).toEqual(data);
    expect(farthest(addGaussianNoise(flat, { stddev: 5, seed: 4 }).data, data)).toBeGreaterThan(1);
    const variance = data.reduce((sum, value) => sum + (value - 100) ** 2, 0) / data.length;
    expect(Math.sqrt(variance)).toBeCloseTo(5, 0);
  });

  test("each filter of a Gabor bank answers most to stripes across its own direction", () => {
    const bank = gaborBank({ size: 15, sigma: 3, wavelength: 6, orientations: 6 });
    expect(bank).toHaveLength(6);
    for (const wanted of bank.keys()) {
      const angle = (wanted * Math.PI) / 6;
      const wave = (i: number) => ((i % 31) - 15) * Math.cos(angle) + (Math.floor(i / 31) - 15) * Math.sin(angle);
      const data = Float32Array.from({ length: 31 * 31 }, (_, i) => Math.cos((2 * Math.PI * wave(i)) / 6));
      const stripes: Image<"float32"> = { dtype: "float32", shape: [31, 31, 1], data };
      const answers = bank.map((kernel) => correlate(stripes, kernel, { padding: "valid" }).data[8 * 17 + 8] ?? 0);
      expect(answers.indexOf(Math.max(...answers))).toBe(wanted);
    }
  });

  test("renormalisation spans 0 to 255, and a picture of one value becomes 0", async () => {
    const image = { dtype: "float32", shape: [1, 3, 1], data: Float32Array.from([-2, 0, 2]) } as const;
    expect([...renormalize(image).data]).toEqual([0, 128, 255]);
    expect([...renormalize(grey([9, 9])).data]).toEqual([0, 0]);
    const bad: Image = { ...image, data: Float32Array.from([1, Number.NaN, 2]) };
    expect(await refusal(() => renormalize(bad))).toContain(
      "data: a picture to renormalize has finite values; value 1 is NaN",
    );
  });

  test("refuses what cannot be meant", async () => {
    expect(await refusal(() => gradients(step, { operator: "sobell" as "sobel" }))).toContain(`got "sobell"`);
    expect(await refusal(() => gaussianBlur(step, { sigma: 0 }))).toContain(
      "usage: sigma and truncate are greater than 0",
    );
    expect(await refusal(() => canny(step, { low: -1, high: 3 }))).toContain("usage: Canny's thresholds");
    expect(await refusal(() => canny(step, { low: 1, high: 3, apertureSize: 4 as 3 }))).toBe(
      "usage: Canny's aperture is 3, 5, 7; got 4",
    );
    expect(await refusal(() => gaborBank({ size: 4, sigma: 1, wavelength: 2, orientations: 2 }))).toContain(
      "odd whole number",
    );
    expect(await refusal(() => addGaussianNoise(step, { stddev: -1 }))).toContain("usage: a standard deviation");
  });
});

describe("figures", () => {
  test("have letters of their own for machines without a font", () => {
    expect(pixelPath("L!")).toBe(
      "M0 -7h1v1h-1zM0 -6h1v1h-1zM0 -5h1v1h-1zM0 -4h1v1h-1zM0 -3h1v1h-1zM0 -2h1v1h-1zM0 -1h1v1h-1z" +
        "M1 -1h1v1h-1zM2 -1h1v1h-1zM3 -1h1v1h-1zM4 -1h1v1h-1z" +
        "M8 -7h1v1h-1zM8 -6h1v1h-1zM8 -5h1v1h-1zM8 -4h1v1h-1zM8 -3h1v1h-1zM8 -1h1v1h-1z",
    );
    const letters = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));
    expect(new Set([...letters, "\u00b0"].map(pixelPath)).size).toBe(95);
    expect(pixelPath("\u4e00")).toBe(pixelPath("?"));
  });

  test("have the pictures in a row, as they are, and dark words on white", async () => {
    const picture = noise([224, 240, 1, 4]);
    const image = await figure([
      { title: "One", image: picture },
      { title: "Two", subtitle: "two", image: picture },
    ]);
    const [height = 0, width = 0] = image.shape;
    expect([height > 270, width > 500]).toEqual([true, true]);
    const row = (y: number) => image.data.subarray(y * width * 3, (y + 1) * width * 3);
    expect(row(0).every((value) => value === 255)).toBe(true);
    expect(Array.from({ length: 60 }, (_, y) => Math.min(...row(y))).some((value) => value < 80)).toBe(true);
    const strip = cropImage(image, { left: 24, top: 76, width: 240, height: 224 });
    expect(withChannels(strip, 1).data).toEqual(picture.data);
  });

  test("wrap to the proportions of a screen, under a heading", async () => {
    const panels = Array.from({ length: 12 }, (_, i) => ({ title: `${i}`, image: noise([240, 320, 1, i]) }));
    const size = async (options: Parameters<typeof figure>[1]) => {
      const [height = 0, width = 0] = (await figure(panels, options)).shape;
      return { height, width };
    };
    const wrapped = await size({ columns: "wrap" });
    expect(wrapped.width / wrapped.height).toBeGreaterThan(1);
    expect(wrapped.width / wrapped.height).toBeLessThan(2);
    // Six are three and three, not four and two.
    const six = (options: Parameters<typeof figure>[1]) => figure(panels.slice(0, 6), options);
    expect((await six({ columns: "wrap" })).shape).toEqual((await six({ columns: 3 })).shape);
    expect(await size({ columns: 12 })).toEqual(await size({}));
    const headed = await size({ columns: 4, heading: { title: "All of them", subtitle: "by number" } });
    expect(headed).toEqual({
      width: (await size({ columns: 4 })).width,
      height: (await size({ columns: 4 })).height + 52,
    });
  });

  test("take names that no SVG may hold", async () => {
    const image = noise([224, 240, 1, 4]);
    expect((await figure([{ title: "a\u0000<b>&\u001b[31m", image }])).shape[2]).toBe(3);
  });

  test("the wheel of directions is red to the right and clear at the corners", () => {
    const { data } = directionWheel(41);
    const pixel = (x: number, y: number) => [...data.subarray((y * 41 + x) * 4, (y * 41 + x) * 4 + 4)];
    const [red = 0, green = 0, blue = 0, alpha] = pixel(39, 20);
    expect([red > 220, green < 20, blue < 20, alpha]).toEqual([true, true, true, 255]);
    expect(pixel(0, 0)[3]).toBe(0);
    expect(pixel(20, 20).slice(0, 3)).toEqual([0, 0, 0]);
  });
});
