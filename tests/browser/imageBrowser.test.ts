// The codec of browsers, with stand-ins for what the browser gives it.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import ts from "typescript";
import { afterEach, describe, expect, test, vi } from "vitest";
import { convertPixels } from "#striate/image/channels";
import { codec } from "#striate/image/codecBrowser";
import { readHeader } from "#striate/image/header";
import { decodeImage } from "#striate/image/index";
import { refusal } from "../support/fuzz.ts";
import { importsOf } from "../support/rooms.ts";

const folder = new URL("../goldens/pictures/", import.meta.url);
const file = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));

afterEach(() => vi.unstubAllGlobals());

test.each(["image", "data"])("a browser's bundle of striate/%s holds no package and nothing of Node", (room) => {
  const seen = new Set<string>();
  const outside: string[] = [];
  const { imports } = JSON.parse(readFileSync("package.json", "utf8"));
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const name of valueImports(path)) {
      const inBrowser = name.startsWith(".") ? undefined : imports[name]?.browser;
      if (name.startsWith(".")) visit(join(dirname(path), name));
      else if (inBrowser) visit(inBrowser.replace("./dist/", "src/").replace(".js", ".ts"));
      else outside.push(`${path}: ${name}`);
    }
  };
  visit(`src/${room}/index.ts`);
  expect(seen).toContain("src/image/codecBrowser.ts");
  expect(outside).toEqual([]);
});

/** Imports that are there when the program runs. */
function valueImports(path: string): string[] {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  return importsOf(path, ts.transpileModule(readFileSync(path, "utf8"), { compilerOptions }).outputText);
}

test("one file names sharp", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const naming = files.filter((name) => importsOf(name, readFileSync(`src/${name}`, "utf8")).includes("sharp"));
  expect(naming).toEqual(["image/codecNode.ts"]);
});

describe("a picture's size by its header", () => {
  const names = readdirSync(folder).filter((name) => !/tiff$|orientation[5-8]/.test(name));

  test.each(names)("%s, as Node's decoder says", async (name) => {
    const { shape } = await decodeImage(file(name));
    expect(readHeader(file(name))).toEqual({ height: shape[0], width: shape[1], isWhole: true });
  });

  test.each(["colour.jpg", "colour.png", "lossy.webp"])("%s is known to lack its end", (name) => {
    expect(readHeader(file(name).subarray(0, -20))).toMatchObject({ width: 24, height: 16, isWhole: false });
  });

  test("bytes that are no picture, or end in the header, have none", () => {
    for (const name of names) for (let length = 0; length < 24; length++) readHeader(file(name).subarray(0, length));
    expect(readHeader(file("colour.png").subarray(0, 20))).toBeUndefined();
    expect(readHeader(new TextEncoder().encode("words, many words"))).toBeUndefined();
  });
});

describe("decoding and encoding", () => {
  /** A browser whose pictures are 2 x 1: half red on the left, blue on the right. */
  function browser(webgl: object | null = null) {
    const pixels = Uint8ClampedArray.from([255, 0, 0, 128, 0, 0, 255, 255]);
    const put: number[][] = [];
    const close = vi.fn();
    const createImageBitmap = vi.fn(async () => ({ width: 2, height: 1, close }));
    class OffscreenCanvas {
      getContext(kind: string) {
        if (kind === "webgl") return webgl;
        return {
          drawImage: () => undefined,
          getImageData: () => ({ data: pixels.slice() }),
          createImageData: (width: number, height: number) => ({ data: new Uint8ClampedArray(width * height * 4) }),
          putImageData: ({ data }: { data: Uint8ClampedArray }) => void put.push([...data]),
        };
      }
      async convertToBlob({ type }: { type: string }) {
        return new Blob([Uint8Array.from([7])], { type: type === "image/avif" ? "image/png" : type });
      }
    }
    vi.stubGlobal("createImageBitmap", createImageBitmap);
    vi.stubGlobal("OffscreenCanvas", OffscreenCanvas);
    return { createImageBitmap, close, put };
  }

  test("gives the browser's pixels with their alpha, turned by EXIF, and frees its bitmap", async () => {
    const { createImageBitmap, close } = browser();
    const pixels = await codec.decode(file("colour.jpg"), "photo", 1e6);
    expect(pixels).toEqual({
      width: 2,
      height: 1,
      channels: 4,
      data: Uint8Array.from([255, 0, 0, 128, 0, 0, 255, 255]),
    });
    expect(createImageBitmap).toHaveBeenCalledWith(expect.any(Blob), {
      imageOrientation: "from-image",
      premultiplyAlpha: "none",
    });
    expect(close).toHaveBeenCalledOnce();
  });

  test("refuses before the browser decodes: too many pixels, a missing end, no picture, a path", async () => {
    const { createImageBitmap } = browser();
    const jpeg = file("colour.jpg");
    expect(await refusal(() => codec.decode(jpeg, "photo", 383))).toContain("data: photo: is 24 x 16, 384 pixels");
    expect(await refusal(() => codec.decode(jpeg.subarray(0, 500), "photo", 1e6))).toContain("data: photo: is cut off");
    expect(await refusal(() => codec.decode(jpeg.subarray(0, 30), "photo", 1e6))).toContain("its header is cut off");
    expect(await refusal(() => codec.decode(file("colour.tiff"), "photo", 1e6))).toContain("is a TIFF, which browsers");
    const text = new TextEncoder().encode("words");
    expect(await refusal(() => codec.decode(text, "photo", 1e6))).toContain(`begins with the text "words"`);
    expect(await refusal(() => codec.readFile("a.png"))).toContain("usage: a.png: a browser has no files by path");
    expect(createImageBitmap).not.toHaveBeenCalled();
  });

  test("says so when the browser cannot decode", async () => {
    browser();
    vi.stubGlobal("createImageBitmap", async () => {
      throw new Error("The source image could not be decoded.");
    });
    expect(await refusal(() => codec.decode(file("colour.jpg"), "photo", 1e6))).toContain("could not be decoded");
  });

  test("colours with alpha come from WebGL, tile by tile, and from the canvas where it is taken away", async () => {
    // Textures are 1 x 1; what is read of each is the place that it was cut from.
    let [place, isLost] = [0, false];
    const { createImageBitmap } = browser({
      MAX_TEXTURE_SIZE: 1,
      NO_ERROR: 0,
      getParameter: (name: number) => name,
      getError: () => 0,
      isContextLost: () => isLost,
      createTexture: () => ({}),
      bindTexture: () => undefined,
      createFramebuffer: () => ({}),
      bindFramebuffer: () => undefined,
      framebufferTexture2D: () => undefined,
      texImage2D: (...given: { x: number }[]) => {
        place = given[5]?.x ?? 0;
      },
      readPixels: (...given: unknown[]) => (given[6] as Uint8Array).fill(place + 1),
    });
    const close = vi.fn();
    createImageBitmap.mockImplementation(async (...given: unknown[]) => ({
      ...{ width: given.length > 2 ? 1 : 2, height: 1, close },
      ...{ x: given[1] },
    }));
    const pixels = async () => [...(await codec.decode(file("colour.png"), "photo", 1e6)).data];
    expect(await pixels()).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    createImageBitmap.mockImplementationOnce(async () => {
      isLost = true;
      return { width: 2, height: 1, close };
    });
    expect(await pixels()).toEqual([255, 0, 0, 128, 0, 0, 255, 255]);
    expect(close.mock.calls.length).toBe(createImageBitmap.mock.calls.length);
  });

  test.each([1, 2, 3, 4] as const)("a PNG of %i channels keeps every value", async (channels) => {
    const data = Uint8Array.from({ length: 31 * 17 * channels }, (_, i) => Math.imul(i, 2654435) >>> 9);
    const pixels = { width: 31, height: 17, channels, data };
    const png = await codec.encode(pixels, "png");
    expect(readHeader(png)).toEqual({ width: 31, height: 17, isWhole: true });
    const wanted = convertPixels(pixels, 4, [0, 0, 0]);
    expect(await decodeImage(png, { channels: 4 })).toEqual(wanted);
  });

  test("writes grey and colour as opaque pixels, and refuses what the browser does not write", async () => {
    const { put } = browser();
    const grey = { width: 2, height: 1, channels: 1, data: Uint8Array.from([5, 6]) } as const;
    expect([...(await codec.encode(grey, "webp"))]).toEqual([7]);
    const colour = { width: 1, height: 1, channels: 3, data: Uint8Array.from([1, 2, 3]) } as const;
    await codec.encode(colour, "jpeg", 50);
    expect(put).toEqual([
      [5, 5, 5, 255, 6, 6, 6, 255],
      [1, 2, 3, 255],
    ]);
    expect(await refusal(() => codec.encode(grey, "avif"))).toContain("usage: this browser does not write avif");
  });
});
