import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { tapsOf } from "#striate/image/filters";
import { type Image, resizeImage } from "#striate/image/index";
import { divideBytes } from "#striate/simd/divideBytes";
import { withRoom } from "#striate/simd/kernels";
import { SOURCES_SHA256 } from "#striate/simd/module";

test("the module is made from the sources beside it", () => {
  const assembly = readdirSync("src/simd/assembly").sort();
  const hash = createHash("sha256");
  for (const name of ["fixedPoint.ts", "insideCoordinate.ts", ...assembly.map((file) => `assembly/${file}`)]) {
    hash.update(readFileSync(`src/simd/${name}`));
  }
  expect(hash.digest("hex"), "run scripts/make-simd.sh after a change").toBe(SOURCES_SHA256);
});

describe("bytes resized are the sums of Pillow's fixed point", () => {
  const cases = [1, 2, 3, 4, 5].flatMap((channels) =>
    (["bilinear", "bicubic", "area", "lanczos3"] as const).flatMap((method) =>
      [
        [37, 29, 11, 7],
        [5, 3, 40, 23],
        [1, 1, 3, 5],
        [300, 2, 1, 1],
        [2, 300, 2, 17],
      ].map((sizes) => ({ channels, method, sizes })),
    ),
  );
  test.for(cases.filter(({ channels }) => channels !== 4))(
    "$channels channels, $method, $sizes",
    ({ channels, method, sizes }) => {
      const [width = 0, height = 0, toWidth = 0, toHeight = 0] = sizes;
      const data = Uint8Array.from(
        { length: width * height * channels },
        (_, i) => Math.imul(i + 1, 2654435761) >>> 24,
      );
      const image: Image<"uint8"> = { dtype: "uint8", shape: [height, width, channels], data };
      const made = resizeImage(image, { width: toWidth, height: toHeight, method });
      const columnsFirst = height > toHeight && height - toHeight > 2 * (width - toWidth);
      const rows = (from: Plane) => resized(from, toWidth, method, "x");
      const columns = (from: Plane) => resized(from, toHeight, method, "y");
      for (let c = 0; c < channels; c++) {
        const plane = { width, height, data: data.filter((_, i) => i % channels === c) };
        const expected = columnsFirst ? rows(columns(plane)) : columns(rows(plane));
        expect(made.data.filter((_, i) => i % channels === c)).toEqual(expected.data);
      }
    },
  );
});

interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** One axis of one channel, by the formula: weights of 22 bits behind the point, a sum, a half, cut at 0 and 255. */
function resized(plane: Plane, to: number, method: Parameters<typeof tapsOf>[2], axis: "x" | "y"): Plane {
  const alongRows = axis === "x";
  const from = alongRows ? plane.width : plane.height;
  if (from === to) return plane;
  const taps = tapsOf(from, to, method, true);
  const [width, height] = alongRows ? [to, plane.height] : [plane.width, to];
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = alongRows ? x : y;
      let sum = 2 ** 21;
      for (let k = 0; k < (taps.count[i] ?? 0); k++) {
        const weight = taps.weights[i * taps.width + k] ?? 0;
        const place = (taps.first[i] ?? 0) + k;
        const value = plane.data[alongRows ? y * plane.width + place : place * plane.width + x] ?? 0;
        sum += value * Math.trunc(weight * 2 ** 22 + (weight < 0 ? -0.5 : 0.5));
      }
      data[y * width + x] = Math.min(255, Math.max(0, Math.floor(sum / 2 ** 22)));
    }
  }
  return { width, height, data };
}

test("bytes are divided and rounded once, at any length", () => {
  for (const length of [1, 15, 16, 17, 256]) {
    const bytes = Uint8Array.from({ length }, (_, i) => 255 - i);
    const target = new Float32Array(length + 4).fill(-1);
    divideBytes(bytes, 255, target, 2);
    expect(target).toEqual(Float32Array.from([-1, -1, ...Array.from(bytes, (byte) => byte / 255), -1, -1]));
  }
});

describe("room", () => {
  test("parts begin at multiples of 16 and do not touch", () => {
    withRoom([5, 100, 1], ({ parts, buffer }) => {
      expect(parts.map((part) => part % 16)).toEqual([0, 0, 0]);
      const [a = 0, b = 0, c = 0] = parts;
      expect(b - a).toBeGreaterThanOrEqual(5 + 64);
      expect(c - b).toBeGreaterThanOrEqual(100 + 64);
      expect(buffer.byteLength).toBeGreaterThanOrEqual(c + 1 + 64);
    });
  });

  test("work within work has its own, also after an error", () => {
    withRoom([16], ({ buffer, parts: [outer = 0] }) => {
      new Uint8Array(buffer)[outer] = 7;
      const inner = () =>
        withRoom([16], (own) => {
          new Uint8Array(own.buffer).fill(9);
          throw new Error("inner");
        });
      expect(inner).toThrow("inner");
      expect(new Uint8Array(buffer)[outer]).toBe(7);
    });
  });

  test("a large one is given back after its use", () => {
    withRoom([200 * 2 ** 20], ({ buffer }) => expect(buffer.byteLength).toBeGreaterThan(200 * 2 ** 20));
    withRoom([1], ({ buffer }) => expect(buffer.byteLength).toBeLessThan(2 ** 20));
  });

  test("more than WebAssembly has is an error that says so", () => {
    expect(() => withRoom([5 * 2 ** 30], () => 0)).toThrow("needs 5121 MiB to be worked on, and 4,096 are the most");
  });
});
