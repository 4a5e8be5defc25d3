// A real browser beside Node: the same files, the same work, in a page and in a worker of Chromium.
import { readdirSync, readFileSync } from "node:fs";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeImage } from "#striate/image/index";
import { serveBrowser } from "../support/browserServer.ts";
import { findChromium, withPage } from "../support/chromium.ts";
import { bytesOf, farthest } from "../support/pictures.ts";
import type { Reports } from "./page.ts";
import { CHANNELS, originals, type Report, report, type Sent } from "./report.ts";

const MINUTES = 60_000;
const { program, missing } = findChromium();
const folder = new URL("../goldens/pictures/", import.meta.url);
const photo = readFileSync(new URL("../goldens/photos/chelsea.png", import.meta.url));
const golden = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const goldens = readdirSync(folder).filter((name) => !name.endsWith(".tiff"));

/** A photo in forms that a browser may read in its own way. */
async function photos(): Promise<Record<string, Uint8Array>> {
  const source = sharp(photo);
  const wide = source.clone().resize(5000, 30, { fit: "fill" }).ensureAlpha(0.3);
  return {
    "photo.png": photo,
    "photo.jpg": await source.clone().jpeg({ quality: 90 }).toBuffer(),
    "photo 4:4:4.jpg": await source.clone().jpeg({ chromaSubsampling: "4:4:4" }).toBuffer(),
    "photo.webp": await source.clone().webp().toBuffer(),
    "photo.gif": await source.clone().gif().toBuffer(),
    "photo.avif": await source.clone().avif().toBuffer(),
    "16 bits.png": await source.clone().toColourspace("rgb16").png().toBuffer(),
    "Display P3.png": await source.clone().withIccProfile("p3").png().toBuffer(),
    "Display P3.jpg": await source.clone().withIccProfile("p3").jpeg().toBuffer(),
    "wide with alpha.png": await wide.png().toBuffer(),
    "grey with alpha.png": await greyWithAlpha().toColourspace("b-w").png().toBuffer(),
    "16-bit grey with alpha.png": await greyWithAlpha().toColourspace("grey16").png().toBuffer(),
  };
}

function greyWithAlpha() {
  const raw = { width: 32, height: 32, channels: 2 } as const;
  return sharp(
    Uint8Array.from({ length: 32 * 32 * 2 }, (_, i) => (i % 2 === 0 ? i >> 3 : i >> 1)),
    { raw },
  );
}

const BAD: Readonly<Record<string, Uint8Array>> = {
  "empty.jpg": new Uint8Array(0),
  "words.jpg": new TextEncoder().encode("words, and no picture"),
  "cut.jpg": golden("colour.jpg").subarray(0, 500),
  "cut.png": golden("colour.png").subarray(0, -20),
  "cut.webp": golden("lossy.webp").subarray(0, -20),
  "cut header.jpg": golden("colour.jpg").subarray(0, 30),
  "cut header.png": golden("colour.png").subarray(0, 20),
  "large.png": withSize(golden("colour.png"), 30_000),
};

/** A PNG whose header says another size. */
function withSize(png: Uint8Array, side: number): Uint8Array {
  const bytes = png.slice();
  new DataView(bytes.buffer).setUint32(16, side);
  new DataView(bytes.buffer).setUint32(20, side);
  return bytes;
}

/** How far the browser may be from Node, of 255, as measured; what is not named here is the same to the byte. */
const TOLERANCES: Readonly<Record<string, number>> = {
  "colour.avif": 1,
  "photo.avif": 1,
  "deep.png": 1,
  "16 bits.png": 1,
  "16-bit grey with alpha.png": 1,
  "Display P3.png": 1,
  "Display P3.jpg": 1,
  "cmyk.jpg": 20,
};

test("Chromium is there", ({ skip }) => {
  skip(program === undefined, `${missing}: the browser's side was not run`);
  expect(program).toBeDefined();
});

describe.each(program === undefined ? [] : [program])("in %s, as in Node:", (browser) => {
  let node: Report;
  let reports: Reports;
  let strangers: readonly string[];
  let names: readonly string[];

  beforeAll(async () => {
    const files = new Map(Object.entries({ ...(await photos()), ...BAD, "colour.tiff": golden("colour.tiff") }));
    for (const name of goldens) files.set(name, golden(name));
    names = [...files.keys()].filter((name) => !(name in BAD) && name !== "colour.tiff");
    const task = { photo: "photo.png", pictures: names, bad: [...Object.keys(BAD), "colour.tiff"] };
    const server = await serveBrowser({ task, files });
    try {
      const posted = await withPage(browser, server.url, (ended) => Promise.race([server.posted, ended]), 3 * MINUTES);
      if (!isReports(posted)) {
        throw new Error(
          `the page failed: ${JSON.stringify(posted)}; not for browsers: [${server.strangers.join(", ")}]`,
        );
      }
      reports = posted;
      strangers = server.strangers;
    } finally {
      server.close();
    }
    node = await report(task, async (name) => files.get(name) ?? new Uint8Array(0));
  }, 4 * MINUTES);

  test("striate/image and striate/data load with nothing but their own files", () => {
    expect(strangers).toEqual([]);
  });

  describe.each(["page", "worker"] as const)("in a %s", (place) => {
    test("pictures decode to the same pixels, with 1, 3 and 4 channels", () => {
      const far = names.flatMap((name) =>
        CHANNELS.flatMap((channels) => {
          const key = `${name} ${channels}`;
          const distance = apart(reports[place].decoded[key], node.decoded[key]);
          return distance <= (TOLERANCES[name] ?? 0) ? [] : [`${key}: ${distance}`];
        }),
      );
      expect(far).toEqual([]);
    });

    test("what is no picture, cut off, empty or too large is refused as Node refuses it", () => {
      const { refused } = reports[place];
      for (const name of [...Object.keys(BAD), "maxPixels", "batches"]) {
        expect(code(refused[name]), `${name}: ${refused[name]}`).toBe(code(node.refused[name]));
      }
      for (const same of ["empty.jpg", "words.jpg", "large.png", "maxPixels"]) {
        expect(refused[same]).toBe(node.refused[same]);
      }
      expect(refused["cut header.jpg"]).toBe(
        "data: cut header.jpg: is cut off or damaged: its header is cut off. Get the file again",
      );
    });

    test("what only Node can says so", () => {
      const { refused } = reports[place];
      expect(refused["colour.tiff"]).toContain("data: colour.tiff: is a TIFF, which browsers do not decode");
      expect(refused.path).toContain("usage: no/such/file.png: a browser has no files by path");
      expect(refused.folder).toContain("usage: a browser has no folders and files by path");
      expect(refused["own sample"]).toContain("usage: a browser has no folders and files by path");
      expect(refused.gzip).toContain("usage: a browser unpacks gzip by DecompressionStream");
    });

    test("PNG, JPEG and WebP that it writes hold the picture", async () => {
      const wanted = originals(await decodeImage(photo));
      const { written } = reports[place];
      for (const [name, { shape, data }] of Object.entries(wanted)) {
        const original = { shape, base64: Buffer.from(data).toString("base64") };
        expect(apart(written[`${name} png`], original), `${name} png`).toBe(0);
      }
      // Noise is beyond JPEG and WebP.
      for (const format of ["jpeg", "webp"]) {
        const original = { shape: wanted.photo.shape, base64: Buffer.from(wanted.photo.data).toString("base64") };
        expect(meanApart(written[`photo ${format}`], original), format).toBeLessThan(4);
        expect(written[`alpha ${format}`]).toMatchObject({ shape: [64, 64, 4] });
      }
    });

    test("edges, resizing, augmentation and data sets give the same numbers", () => {
      expect(Object.keys(reports[place].numbers).length).toBeGreaterThan(90);
      expect(Object.values(node.numbers).filter((hash) => hash.startsWith("failed"))).toEqual([]);
      expect(reports[place].numbers).toEqual(node.numbers);
    });
  });
});

function isReports(posted: unknown): posted is Reports {
  return typeof posted === "object" && posted !== null && "page" in posted && "worker" in posted;
}

function code(refusal: string | undefined): string {
  return refusal?.split(":")[0] ?? "";
}

/** The largest difference; infinite where there is no picture, or one of another size. */
function apart(actual: Sent | string | undefined, wanted: Sent | string | undefined): number {
  if (typeof actual !== "object" || typeof wanted !== "object") return Number.POSITIVE_INFINITY;
  if (actual.shape.join() !== wanted.shape.join()) return Number.POSITIVE_INFINITY;
  return farthest(bytesOf(actual.base64), bytesOf(wanted.base64));
}

function meanApart(actual: Sent | string | undefined, wanted: Sent): number {
  if (typeof actual !== "object") return Number.POSITIVE_INFINITY;
  const [a, b] = [bytesOf(actual.base64), bytesOf(wanted.base64)];
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length;
}
