// What must give the same numbers everywhere: computed in Node, in a page and in a worker of a browser, and compared by
// hash. A line more in a table here is compared too.
import {
  arrays,
  augment,
  balanced,
  batchPlan,
  collect,
  colorJitter,
  cutmix,
  cutout,
  gaussianNoise,
  imageDataGenerator,
  loader,
  mixup,
  randAugment,
  randomAffine,
  randomCrop,
  randomFlip,
  randomResizedCrop,
  saltAndPepper,
  speckleNoise,
} from "#striate/data/index";
import {
  addGaussianNoise,
  canny,
  convolve,
  directionColours,
  GRADIENT_OPERATORS,
  gaborBank,
  gaussianBlur,
  gradientDirection,
  gradientMagnitude,
  gradients,
  type Image,
  laplacianOfGaussian,
  RESIZE_METHODS,
  renormalize,
  resizeAndPad,
  resizeImage,
  resizeShortSide,
  withChannels,
} from "#striate/image/index";
import type { Tensor } from "#striate/tensor/index";

/** Tensors to hash, or plain data. */
type Numbers = Tensor | readonly Tensor[] | { readonly json: unknown };
type Work = (photo: Image<"uint8">) => Numbers | Promise<Numbers>;

const RESIZES: Readonly<Record<string, Work>> = Object.fromEntries(
  RESIZE_METHODS.flatMap((method): [string, Work][] => [
    [`resize ${method}`, (photo) => resizeImage(photo, { width: 71, height: 96, method })],
    [`resize ${method}, larger`, (photo) => resizeImage(photo, { width: 301, height: 250, method })],
    [
      `resize ${method}, no antialias`,
      (photo) => resizeImage(photo, { width: 71, height: 96, method, antialias: false }),
    ],
    [`resize ${method}, alpha`, (photo) => resizeImage(withAlpha(photo), { width: 71, height: 96, method })],
    [`resize ${method}, float`, (photo) => resizeImage(floats(photo), { width: 71, height: 96, method })],
  ]),
);

const EDGES: Readonly<Record<string, Work>> = Object.fromEntries(
  GRADIENT_OPERATORS.flatMap((operator): [string, Work][] => [
    [`${operator} magnitude`, (photo) => gradientMagnitude(withChannels(photo, 1), { operator })],
    [`${operator} of colours`, (photo) => renormalize(gradientMagnitude(photo, { operator }))],
    [`${operator} direction`, (photo) => gradientDirection(gradients(withChannels(photo, 1), { operator }))],
    [`${operator} direction's colours`, (photo) => directionColours(gradients(withChannels(photo, 1), { operator }))],
  ]),
);

const MOVED = { theta: 33, tx: 7.5, ty: -4, shear: 11, zx: 0.8, zy: 1.1, flipHorizontal: true };

const GENERATOR: Readonly<Record<string, Work>> = {
  ...Object.fromEntries(
    (["constant", "nearest", "reflect", "wrap"] as const).flatMap((fillMode) =>
      [0, 1, 2, 3, 4, 5].map((interpolationOrder): [string, Work] => [
        `applyTransform, ${fillMode}, order ${interpolationOrder}`,
        (photo) => imageDataGenerator({ fillMode, interpolationOrder, cval: 9 }).applyTransform(small(photo), MOVED),
      ]),
    ),
  ),
  "applyTransform, colours": (photo) =>
    imageDataGenerator().applyTransform(small(photo), {
      channelShiftIntensity: 20,
      brightness: 1.3,
      flipVertical: true,
    }),
  getRandomTransform: () => {
    const generator = imageDataGenerator({ rotationRange: 40, shearRange: 9, zoomRange: 0.2, widthShiftRange: 0.2 });
    return { json: Array.from({ length: 50 }, (_, seed) => generator.getRandomTransform([150, 150, 3], seed)) };
  },
  flow: async (photo) => {
    const [zoomRange, channelShiftRange, rescale] = [0.2, 20, 1 / 255];
    const generator = imageDataGenerator({ rotationRange: 40, zoomRange, channelShiftRange, rescale });
    const { inputs, targets } = await generator.flow(stack(photo), [0, 1, 2, 3]).read([2, 0, 3], { epoch: 1 });
    return [inputs, targets];
  },
  "fit, whitening": (photo) => {
    const generator = imageDataGenerator({ zcaWhitening: true, featurewiseCenter: true });
    const tiny = arrayOf(Array.from({ length: 8 }, (_, i) => resizeImage(tile(photo, i), { width: 8, height: 8 })));
    generator.fit(tiny);
    return generator.standardize(floats(resizeImage(photo, { width: 8, height: 8 })));
  },
};

const STEPS = [
  randomFlip(),
  randomAffine({ rotationRange: 20, zoomRange: 0.2 }),
  randomCrop({ padding: 4 }),
  randomResizedCrop({ size: [40, 40] }),
  colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
  gaussianNoise({ stddev: 0.05 }),
  speckleNoise(),
  saltAndPepper(),
  cutout(),
  randAugment({ operations: 4 }),
];

const DATA: Readonly<Record<string, Work>> = {
  ...Object.fromEntries(
    STEPS.map((step): [string, Work] => [
      `step ${step.description?.name}`,
      async (photo) => (await augment(pictures(photo), [step], { seed: 3 }).read([0, 1, 2, 3], { epoch: 2 })).inputs,
    ]),
  ),
  "all steps": async (photo) => (await augment(pictures(photo), STEPS).read([3, 1], { epoch: 5 })).inputs,
  mixup: async (photo) => Object.values(await mixup(pictures(photo)).read([0, 1, 2], { epoch: 1 })),
  cutmix: async (photo) => Object.values(await cutmix(pictures(photo)).read([0, 1, 2], { epoch: 1 })),
  loader: (photo) => loaded(photo),
  "loader, two workers": (photo) => loaded(photo, 2),
  collect: async (photo) => {
    const rows = Array.from({ length: 4 }, (_, i) => ({ input: tile(photo, i), target: i % 2 }));
    return (await (await collect(rows)).read([3, 0])).inputs;
  },
  batchPlan: () => ({
    json: batchPlan({ length: 50, batchSize: 8, shuffle: true, seed: 4, epoch: 2 }).map((b) => [...b]),
  }),
  balanced: async (photo) => (await balanced(pictures(photo), [0, 1, 1, 2]).read([0, 1, 2, 3], { epoch: 1 })).inputs,
};

async function loaded(photo: Image<"uint8">, workers?: number): Promise<readonly Tensor[]> {
  const reading = loader(augment(pictures(photo), STEPS), workers === undefined ? {} : { workers });
  const { inputs } = await reading.read([1, 2], { epoch: 0, upcoming: [[3, 0]] });
  const next = await reading.read([3, 0], { epoch: 0 });
  await reading.close();
  return [inputs, next.inputs];
}

const FILTERS: Readonly<Record<string, Work>> = {
  "resizeShortSide, resizeAndPad": (photo) => [
    resizeShortSide(photo, { size: 50, method: "bicubic" }),
    resizeAndPad(photo, { width: 90, height: 60 }),
  ],
  gaussianBlur: (photo) => gaussianBlur(photo, { sigma: 1.7 }),
  laplacianOfGaussian: (photo) => laplacianOfGaussian(withChannels(photo, 1), { sigma: 1.5 }),
  canny: (photo) => canny(withChannels(photo, 1), { low: 80, high: 180, l2Gradient: true }),
  gabor: (photo) => {
    const bank = gaborBank({ orientations: 6, size: 9, sigma: 3, wavelength: 5 });
    return [...bank, ...bank.map((kernel) => convolve(withChannels(photo, 1), kernel, { padding: "same" }))];
  },
  addGaussianNoise: (photo) => addGaussianNoise(photo, { stddev: 12, seed: 8 }),
};

const WORK: Readonly<Record<string, Work>> = { ...RESIZES, ...EDGES, ...FILTERS, ...GENERATOR, ...DATA };

/** The hash of what each piece of work gives for a photo in colour, at least 100 x 100. */
export async function numbersOf(photo: Image<"uint8">): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const [name, work] of Object.entries(WORK)) {
    try {
      hashes[name] = await hashOf(await work(photo));
    } catch (thrown) {
      hashes[name] = `failed: ${thrown}`;
    }
  }
  return hashes;
}

async function hashOf(numbers: Numbers): Promise<string> {
  if ("json" in numbers) return JSON.stringify(numbers.json);
  const tensors = "dtype" in numbers ? [numbers] : numbers;
  const parts = tensors.flatMap(({ dtype, shape, data }) => [`${dtype} [${shape}] `, new Uint8Array(bytesOf(data))]);
  const digest = await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer());
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${tensors.map(({ dtype, shape }) => `${dtype}[${shape}]`).join(" ")} ${hex}`;
}

function bytesOf({ buffer, byteOffset, byteLength }: Tensor["data"]): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function floats({ shape, data }: Image): Image<"float32"> {
  return { dtype: "float32", shape, data: Float32Array.from(data) };
}

function small(photo: Image<"uint8">): Image<"float32"> {
  return floats(resizeImage(photo, { width: 45, height: 60 }));
}

/** Alpha that falls from the left to the right. */
function withAlpha(photo: Image<"uint8">): Image<"uint8"> {
  const image = withChannels(photo, 4);
  return { ...image, data: image.data.map((value, i) => (i % 4 === 3 ? 255 - ((i >> 2) % 256) : value)) };
}

/** One of some pictures of 48 x 48. */
function tile(photo: Image<"uint8">, i: number): Image<"uint8"> {
  const side = 48 + 8 * i;
  return resizeImage(resizeShortSide(photo, { size: side }), { width: 48, height: 48, method: "area" });
}

function stack(photo: Image<"uint8">): Tensor<"uint8"> {
  return arrayOf([0, 1, 2, 3].map((i) => tile(photo, i)));
}

function arrayOf(images: readonly Image<"uint8">[]): Tensor<"uint8"> {
  const [first] = images;
  const size = first?.data.length ?? 0;
  const data = new Uint8Array(images.length * size);
  for (const [i, image] of images.entries()) data.set(image.data, i * size);
  return { dtype: "uint8", shape: [images.length, ...(first?.shape ?? [])], data };
}

function pictures(photo: Image<"uint8">) {
  return arrays({ inputs: stack(photo), targets: [0, 1, 1, 2], classes: 3 });
}
