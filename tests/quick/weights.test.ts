import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cacheFolder } from "#striate/platform/node/cacheFolder";
import { fromNumbers } from "#striate/tensor/index";
import { PREPROCESSING, PUBLISHED_WEIGHTS, preprocessInput } from "#striate/zoo/index";
import { closeTo } from "../support/close.ts";

/** What Keras and torchvision themselves say. */
interface Imagenet {
  readonly pixels: readonly number[][][];
  readonly preprocessing: Readonly<Record<string, readonly number[][][]>>;
  readonly published: Readonly<Record<string, readonly { readonly url: string; readonly md5?: string }[]>>;
}

const golden: Imagenet = JSON.parse(readFileSync(new URL("../goldens/imagenet.json", import.meta.url), "utf8"));
const PIXELS = golden.pixels.flat(2);

test("the table of published weights says what Keras and torchvision say", () => {
  const ours = Object.entries(PUBLISHED_WEIGHTS).map(([name, { top, noTop }]) => [
    name,
    [top, ...(noTop ? [noTop] : [])].map(({ url, hash }) => ({
      url,
      ...(hash?.algorithm === "md5" && { md5: hash.digits }),
    })),
  ]);
  expect(Object.fromEntries(ours)).toEqual(golden.published);
});

test("of torchvision's weights the beginning of the SHA-256 is the one in the file's name", () => {
  for (const { format, top } of Object.values(PUBLISHED_WEIGHTS).filter(({ format }) => format === "pth")) {
    expect(top.hash?.algorithm, format).toBe("sha256");
    expect(top.url).toContain(`-${top.hash?.digits}.pth`);
  }
});

describe("preprocessing", () => {
  test.each(["caffe", "tf", "torch"] as const)("%s makes of a picture what Keras makes of it", (mode) => {
    const wanted = golden.preprocessing[mode]?.flat(2);
    closeTo(preprocessInput(mode, fromNumbers("float32", [1, 2, 3], PIXELS)).data, wanted, 1e-6, mode);
    closeTo(preprocessInput(mode, fromNumbers("uint8", [1, 2, 3], PIXELS)).data, wanted, 1e-6, mode);
  });

  test("lite is (x - 127) / 128", () => {
    const { data, shape } = preprocessInput("lite", fromNumbers("uint8", [2, 3], PIXELS));
    expect([...data]).toEqual(PIXELS.map((x) => (x - 127) / 128));
    expect(shape).toEqual([2, 3]);
  });

  test("what cannot be is told", () => {
    expect(() => preprocessInput("torch", fromNumbers("uint8", [2, 2, 1], [1, 2, 3, 4]))).toThrow(
      "preprocessing torch takes pictures [..., 3], received [2,2,1]",
    );
    // @ts-expect-error: a name that is none
    expect(() => preprocessInput("pytorch", fromNumbers("uint8", [3], [1, 2, 3]))).toThrow(
      `there is no preprocessing "pytorch"; did you mean "torch"? There are ${Object.keys(PREPROCESSING).join(", ")}`,
    );
  });
});

test("the cache is where the system wants caches, unless STRIATE_CACHE says otherwise", () => {
  const at = (platform: NodeJS.Platform, env: Record<string, string>) =>
    cacheFolder({ platform, env, home: platform === "win32" ? "C:\\Users\\ann" : "/home/ann" });
  expect(at("linux", {})).toBe("/home/ann/.cache/striate");
  expect(at("linux", { XDG_CACHE_HOME: "/var/cache" })).toBe("/var/cache/striate");
  expect(at("linux", { XDG_CACHE_HOME: "cache" })).toBe("/home/ann/.cache/striate");
  expect(at("darwin", { XDG_CACHE_HOME: "/var/cache" })).toBe("/home/ann/Library/Caches/striate");
  expect(at("win32", { LOCALAPPDATA: "D:\\Local" })).toBe("D:\\Local\\striate\\Cache");
  expect(at("win32", {})).toBe("C:\\Users\\ann\\AppData\\Local\\striate\\Cache");
  for (const platform of ["linux", "darwin", "win32"] as const) {
    expect(at(platform, { STRIATE_CACHE: "/mnt/models", XDG_CACHE_HOME: "/var/cache" })).toBe("/mnt/models");
  }
});
