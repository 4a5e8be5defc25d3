// Pictures against Pillow, SciPy, OpenCV and PyTorch: goldens/make_image.py.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  type Border,
  canny,
  convolve,
  correlate,
  decodeImage,
  type GradientOperator,
  gaborKernel,
  gaussianBlur,
  gradientMagnitude,
  gradients,
  laplacian,
  laplacianOfGaussian,
  type ResizeMethod,
  renormalize,
  resizeImage,
} from "#striate/image/index";
import { closeTo } from "../support/close.ts";
import { readGolden } from "../support/goldens.ts";
import { pattern } from "../support/pattern.ts";
import { asFloats, bytesOf, farthest, type Noise, noise } from "../support/pictures.ts";

type Numbers = readonly number[];

interface Goldens {
  readonly resize: readonly (Resized & { readonly float: boolean; readonly output: string | Numbers })[];
  readonly photos: readonly { photo: string; size: [number, number]; method: ResizeMethod; sha256: string }[];
  readonly plain: readonly (Resized & { readonly output: Numbers })[];
  readonly convolve: readonly {
    readonly noise: Noise;
    readonly kernel: Numbers;
    readonly mode: "valid" | "same" | "full";
    readonly border: Border;
    readonly true: boolean;
    readonly output: Numbers;
  }[];
  readonly gradients: readonly {
    readonly noise: Noise;
    readonly operator: GradientOperator;
    readonly border: Border;
    readonly gx: Numbers;
    readonly gy: Numbers;
  }[];
  readonly filters: readonly {
    readonly noise: Noise;
    readonly what: "laplacian" | "gaussian" | "log";
    readonly sigma: number;
    readonly border: Border;
    readonly output: Numbers;
  }[];
  readonly gabor: readonly { readonly options: Parameters<typeof gaborKernel>[0]; readonly output: Numbers }[];
  readonly renormalize: { readonly noise: Noise; readonly kernel: Numbers; readonly output: string };
  readonly canny: readonly {
    photo: string;
    channels: 1 | 3;
    low: number;
    high: number;
    apertureSize: 3 | 5 | 7;
    l2Gradient: boolean;
    edges: string;
  }[];
  readonly pictures: readonly { file: string; mode: "L" | "RGB" | "RGBA"; output: string }[];
}

interface Resized {
  readonly noise: Noise;
  readonly size: readonly [width: number, height: number];
  readonly method: ResizeMethod;
}

const goldens = readGolden<Goldens>("image.json");
const folder = new URL("./", import.meta.url);
const photo = (name: string, channels: 1 | 3) =>
  decodeImage(new URL(`photos/${name}.png`, folder).pathname, { channels });

/** A kernel of the goldens: sizes and k. */
function kernelOf(numbers: Numbers) {
  return pattern(numbers.slice(0, -1), numbers.at(-1) ?? 0, 4);
}

describe("resizing", () => {
  test.each(goldens.resize)("$noise to $size by $method is Pillow's", ({ float, size: [width, height], ...golden }) => {
    const source = noise(golden.noise);
    const image = resizeImage(float ? asFloats(source) : source, { width, height, method: golden.method });
    expect(image.shape).toEqual([height, width, golden.noise[2]]);
    if (typeof golden.output === "string") expect(image.data).toEqual(bytesOf(golden.output));
    else closeTo(image.data, golden.output, 1e-6, "values");
  });

  test.each(goldens.photos)(
    "$photo to $size by $method is Pillow's to the byte",
    async ({ photo: name, ...golden }) => {
      const [width, height] = golden.size;
      const image = resizeImage(await photo(name, 3), { width, height, method: golden.method });
      expect(createHash("sha256").update(image.data).digest("hex")).toBe(golden.sha256);
    },
  );

  test.each(goldens.plain)("$noise to $size without antialias is PyTorch's", ({ size: [width, height], ...golden }) => {
    const source = noise(golden.noise);
    const options = { width, height, method: golden.method, antialias: false };
    closeTo(resizeImage(asFloats(source), options).data, golden.output, 1e-6, "float32");
    expect(farthest(resizeImage(source, options).data, golden.output)).toBeLessThanOrEqual(1);
  });
});

describe("convolution", () => {
  test.each(goldens.convolve)("$noise with $kernel, $mode, $border, true: $true", (golden) => {
    const apply = golden.true ? convolve : correlate;
    const options = { padding: golden.mode, border: golden.border };
    const image = apply(noise(golden.noise), kernelOf(golden.kernel), options);
    closeTo(image.data, golden.output, 1e-6, "values");
  });
});

describe("edges", () => {
  test.each(goldens.gradients)("$operator with border $border", ({ operator, border, ...golden }) => {
    const image = noise(golden.noise);
    const { gx, gy } = gradients(image, { operator, border });
    expect([...gx.data]).toEqual(golden.gx);
    expect([...gy.data]).toEqual(golden.gy);
    const magnitude = golden.gx.map((x, i) => Math.hypot(x, golden.gy[i] ?? 0));
    closeTo(gradientMagnitude(image, { operator, border }).data, magnitude, 1e-6, "magnitude");
  });

  const filters = {
    laplacian: (image: ReturnType<typeof noise>, _: number, border: Border) => laplacian(image, { border }),
    gaussian: (image: ReturnType<typeof noise>, sigma: number, border: Border) =>
      gaussianBlur(image, { sigma, border }),
    log: (image: ReturnType<typeof noise>, sigma: number, border: Border) =>
      laplacianOfGaussian(image, { sigma, border }),
  };
  test.each(goldens.filters)("$what with sigma $sigma and border $border is SciPy's", (golden) => {
    const image = filters[golden.what](noise(golden.noise), golden.sigma, golden.border);
    closeTo(image.data, golden.output, 1e-6, "values");
  });

  test.each(goldens.canny)(
    "Canny of $photo with $channels channels, $low to $high, aperture $apertureSize, l2Gradient $l2Gradient, is OpenCV's on every pixel",
    async (golden) => {
      const { low, high, apertureSize, l2Gradient } = golden;
      const edges = canny(await photo(golden.photo, golden.channels), { low, high, apertureSize, l2Gradient });
      const wanted = [...bytesOf(golden.edges)].flatMap((byte) =>
        Array.from({ length: 8 }, (_, bit) => ((byte >> (7 - bit)) & 1) * 255),
      );
      expect(wanted.filter((value) => value > 0).length).toBeGreaterThan(500);
      expect(farthest(edges.data, wanted)).toBe(0);
    },
  );

  test.each(goldens.gabor)("the Gabor filter at $options.orientation is OpenCV's", ({ options, output }) => {
    closeTo(gaborKernel(options).data, output, 1e-6, "weights");
  });

  test("min-max renormalisation is OpenCV's", () => {
    const { noise: source, kernel, output } = goldens.renormalize;
    const image = correlate(noise(source), kernelOf(kernel), { border: "reflect" });
    expect(renormalize(image).data).toEqual(bytesOf(output));
  });
});

describe("decoding", () => {
  /** How far from Pillow's pixels each file may be: 0 for all that are not listed. */
  const DISTANCES: Readonly<Record<string, readonly [most: number, why: string]>> = {
    "colour.avif": [1, "decoders round the conversion from YUV as they like"],
  };
  const MODES = { L: 1, RGB: 3, RGBA: 4 } as const;

  test.each(goldens.pictures)("$file as $mode", async ({ file, mode, output }) => {
    const options = { channels: MODES[mode], background: [255, 0, 128] } as const;
    const { data } = await decodeImage(new URL(`pictures/${file}`, folder).pathname, options);
    expect(farthest(data, bytesOf(output))).toBeLessThanOrEqual(DISTANCES[file]?.[0] ?? 0);
  });
});
