import { describe, expect, test } from "vitest";
import { beta, blend, partAround, pastePart } from "#striate/data/augment/mix";
import { gridOf } from "#striate/data/augment/picture";
import { drawJitter, jittered } from "#striate/data/augment/steps/colorJitter";
import { cut, drawPart, type Part, resizedCrop } from "#striate/data/augment/steps/crop";
import { drawSquare, erased } from "#striate/data/augment/steps/cutout";
import { saltedAndPeppered, speckled, withNoise } from "#striate/data/augment/steps/noise";
import {
  drawOperations,
  RAND_AUGMENT_OPERATIONS,
  randAugmentAmount,
  randAugmented,
} from "#striate/data/augment/steps/randAugment";
import { arrays, cutmix, randAugment, randomResizedCrop } from "#striate/data/index";
import { at, randomStream, type Shape, type Tensor, tensor } from "#striate/tensor/index";
import { readGolden } from "../support/goldens.ts";
import { pictures } from "../support/pattern.ts";

interface Pattern {
  readonly shape: Shape;
  readonly k: number;
  readonly levels?: number;
}

type JitterName = "brightness" | "contrast" | "saturation" | "hue";
type Rectangle = readonly [top: number, left: number, height: number, width: number];

interface Golden {
  readonly colours: readonly {
    readonly picture: Pattern;
    readonly name: JitterName;
    readonly amount: number;
    readonly result: readonly number[];
  }[];
  readonly enhanced: Golden["colours"];
  readonly crops: readonly {
    readonly picture: Pattern;
    readonly part: Rectangle;
    readonly result: readonly number[];
  }[];
  readonly resizedCrops: readonly {
    readonly picture: Pattern;
    readonly part: Rectangle;
    readonly size: readonly [number, number];
    readonly method: "bilinear" | "bicubic" | "nearest";
    readonly result: readonly number[];
  }[];
  readonly erased: readonly {
    readonly picture: Pattern;
    readonly part: Rectangle;
    readonly fill: number;
    readonly result: readonly number[];
  }[];
  readonly operations: readonly {
    readonly picture: Pattern;
    readonly name: string;
    readonly magnitude: number;
    readonly order?: 1;
    readonly result?: readonly number[];
    readonly levels?: readonly number[];
  }[];
  readonly bins: {
    readonly size: readonly [number, number];
    readonly amounts: Readonly<Record<string, readonly number[]>>;
  };
  readonly noise: readonly {
    readonly picture: Pattern;
    readonly name: "gaussian" | "speckle" | "saltAndPepper";
    readonly drawn: readonly (number | boolean)[];
    readonly result: readonly number[];
  }[];
  readonly mixes: readonly {
    readonly name: "mixup" | "cutmix";
    readonly batch: Pattern;
    readonly labels: readonly number[];
    readonly share: number;
    readonly middle?: readonly [number, number];
    readonly box?: readonly [left: number, top: number, right: number, bottom: number];
    readonly result: readonly number[];
    readonly targets: readonly number[];
  }[];
  readonly drawn: {
    readonly parts: Readonly<
      Record<
        string,
        {
          readonly size: readonly [number, number];
          readonly scale: readonly [number, number];
          readonly ratio: readonly [number, number];
          readonly means: Readonly<Record<string, number>>;
          readonly deviations: Readonly<Record<string, number>>;
        }
      >
    >;
    readonly cutmix: { readonly size: readonly [number, number]; readonly mean: number; readonly deviation: number };
  };
}

const golden = readGolden<Golden>("steps.json");

/** The picture of make_steps.py: grey values k / 255. */
function pictureOf({ shape, k, levels }: Pattern): Tensor<"float32"> {
  const grey = (x: number) => {
    const value = Math.min(255, Math.floor(x * 256));
    return levels === undefined ? value : Math.floor((Math.floor((value * levels) / 256) * 255) / (levels - 1));
  };
  return tensor(
    "float32",
    shape,
    pictures(shape, k).data.map((x) => grey(x) / 255),
  );
}

const partOf = ([top, left, height, width]: Rectangle): Part => ({ top, left, height, width });

function largestError(result: Float32Array, wanted: readonly number[]): number {
  expect(result.length).toBe(wanted.length);
  return result.reduce((most, value, i) => Math.max(most, Math.abs(value - at(wanted, i))), 0);
}

/** What float32 and five digits of a golden leave. */
const ROUNDING = 1e-5;
/** torchvision's 0.2989 where red's share of grey is 0.299, in factors of up to 1.9. */
const OTHER_GREY = 1e-4;

describe("torchvision's numbers", () => {
  test.each(golden.colours)("$name by $amount of $picture", ({ picture, name, amount, result }) => {
    const made = jittered(pictureOf(picture), [{ name, amount }], 1);
    const tolerance = name === "contrast" || name === "saturation" ? OTHER_GREY : 0;
    expect(largestError(made.data, result)).toBeLessThan(tolerance + ROUNDING);
  });

  test.each(golden.enhanced)("Pillow's, too: $name by $amount", ({ picture, name, amount, result }) => {
    const made = jittered(pictureOf(picture), [{ name, amount }], 1);
    // Pillow cuts off fractions, and rounds the grey that contrasts and saturations turn around.
    const tolerance = name === "brightness" ? 1 : 1.5;
    expect(
      largestError(
        made.data.map((x) => x * 255),
        result,
      ),
    ).toBeLessThan(tolerance + 255 * ROUNDING);
  });

  test("of a picture in 0..255 all are the same", () => {
    for (const { picture, name, amount } of golden.colours) {
      const given = pictureOf(picture);
      const large = tensor(
        "float32",
        given.shape,
        given.data.map((x) => x * 255),
      );
      const wanted = [...jittered(given, [{ name, amount }], 1).data].map((x) => x * 255);
      expect(largestError(jittered(large, [{ name, amount }], 255).data, wanted)).toBeLessThan(1e-3);
    }
  });

  test.each(golden.crops)("a part $part, with zeros around the picture", ({ picture, part, result }) => {
    const made = cut(pictureOf(picture), partOf(part));
    expect(made.shape).toEqual([part[2], part[3], 3]);
    expect(Array.from(made.data, (x) => Math.round(x * 255))).toEqual(result);
  });

  test.each(golden.resizedCrops)(
    "a part $part resized to $size, $method",
    ({ picture, part, size, method, result }) => {
      const made = resizedCrop(pictureOf(picture), partOf(part), size, method);
      expect(made.shape).toEqual([...size, 3]);
      expect(largestError(made.data, result)).toBeLessThan(ROUNDING);
    },
  );

  test.each(golden.erased)("a part $part erased", ({ picture, part, fill, result }) => {
    expect(largestError(erased(pictureOf(picture), [partOf(part)], fill).data, result)).toBeLessThan(ROUNDING);
  });
});

describe("RandAugment", () => {
  test.each(golden.operations)("$name at $magnitude of $picture, order $order", (given) => {
    const { picture, name, magnitude, order = 0, result, levels } = given;
    const before = pictureOf(picture);
    const made = randAugmented(before, { name, magnitude }, { max: 1, order });
    if (levels) expect(Array.from(made.data, (x) => Math.round(x * 255))).toEqual(levels);
    const tolerance = name === "contrast" || name === "color" ? OTHER_GREY : 0;
    if (result) expect(largestError(made.data, result)).toBeLessThan(tolerance + ROUNDING);
    expect(before.data).toEqual(pictureOf(picture).data);
  });

  test("its magnitudes are torchvision's 31 bins", () => {
    const [height, width] = golden.bins.size;
    expect(RAND_AUGMENT_OPERATIONS).toEqual(Object.keys(golden.bins.amounts));
    for (const [name, amounts] of Object.entries(golden.bins.amounts)) {
      for (const [magnitude, amount] of amounts.entries()) {
        // A picture moves by whole pixels; thresholds are fractions here.
        const wanted = name.startsWith("translate") ? Math.trunc(amount) : name === "solarize" ? amount / 255 : amount;
        const made = randAugmentAmount({ name, magnitude }, { height, width });
        expect(Math.abs(made - wanted), `${name} at ${magnitude}`).toBeLessThan(1e-5);
        const isSigned = ["shear", "trans", "rotat", "brigh", "color", "contr", "sharp"].includes(name.slice(0, 5));
        const other = randAugmentAmount({ name, magnitude: -magnitude }, { height, width });
        expect(other + 0).toBe(isSigned ? 0 - made : made);
      }
    }
  });

  test("draws every operation equally often, half of them in either direction", () => {
    const random = randomStream({ seed: 1, stream: "test", counter: 0 });
    const drawn = drawOperations({ operations: 14000, magnitude: 9, among: RAND_AUGMENT_OPERATIONS }, random);
    for (const name of RAND_AUGMENT_OPERATIONS) {
      const own = drawn.filter((change) => change.name === name);
      expect(Math.abs(own.length - 1000), name).toBeLessThan(150);
      expect(Math.abs(own.filter(({ magnitude }) => magnitude === 9).length / own.length - 0.5), name).toBeLessThan(
        0.08,
      );
    }
  });

  test("leaves white white at magnitude 0, where torchvision's solarize makes it black", () => {
    const white = tensor("float32", [1, 2, 1], new Float32Array([1, 0.5]));
    const solarize = (magnitude: number) =>
      randAugment({ among: ["solarize"], magnitude, operations: 1 })(
        white,
        randomStream({ seed: 1, stream: "test", counter: 0 }),
      );
    expect([...solarize(0).data]).toEqual([1, 0.5]);
    expect([...solarize(1).data]).toEqual([0, 0.5]);
  });
});

describe("scikit-image's noise", () => {
  test.each(golden.noise)("$name from the same draws", ({ picture, name, drawn, result }) => {
    let next = 0;
    const draw = () => drawn[next++];
    const number = () => Number(draw());
    const given = pictureOf(picture);
    const made =
      name === "gaussian"
        ? withNoise(given, number, 1)
        : name === "speckle"
          ? speckled(given, number, 1)
          : saltedAndPeppered(given, { chance: () => draw() === true }, { amount: 0.4, salt: 0.3 }, 1);
    expect(next).toBe(drawn.length);
    expect(largestError(made.data, result)).toBeLessThan(ROUNDING);
  });
});

describe("torchvision's mixtures", () => {
  test.each(golden.mixes)(
    "$name of a batch, share $share",
    ({ name, batch, labels, share, middle, box, ...wanted }) => {
      const given = pictureOf(batch);
      const [rows = 0, height = 0, width = 0, channels = 0] = batch.shape;
      const grid = gridOf([height, width, channels]);
      const size = height * width * channels;
      const row = (i: number) => given.data.subarray(i * size, (i + 1) * size);
      const hot = (i: number) => Float32Array.from({ length: 3 }, (_, k) => (labels[i] === k ? 1 : 0));
      const part = middle && partAround(grid, ...middle, share);
      if (part && box) {
        expect([part.left, part.top, part.left + part.width, part.top + part.height]).toEqual(box);
      }
      const pictures_: number[] = [];
      const targets: number[] = [];
      for (let i = 0; i < rows; i++) {
        const other = (i + rows - 1) % rows;
        const into = row(i).slice();
        if (name === "mixup") blend(into, row(i), row(other), share);
        else if (part) pastePart(into, row(other), grid, part);
        pictures_.push(...into);
        const own = part ? 1 - (part.height * part.width) / (height * width) : share;
        const mixed = new Float32Array(3);
        blend(mixed, hot(i), hot(other), own);
        targets.push(...mixed);
      }
      expect(largestError(Float32Array.from(pictures_), wanted.result)).toBeLessThan(ROUNDING);
      expect(largestError(Float32Array.from(targets), wanted.targets)).toBeLessThan(ROUNDING);
    },
  );
});

describe("what is drawn", () => {
  const random = (stream = "test") => randomStream({ seed: 2, stream, counter: 0 });
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const deviation = (values: readonly number[]) => {
    const middle = mean(values);
    return Math.sqrt(mean(values.map((x) => (x - middle) ** 2)));
  };

  test.each(Object.entries(golden.drawn.parts))("resized crops, %s: torchvision's means and deviations", (_, given) => {
    const [height, width] = given.size;
    const stream = random();
    const parts = Array.from({ length: 4000 }, () => drawPart({ height, width }, given.scale, given.ratio, stream));
    const measured: Readonly<Record<string, readonly number[]>> = {
      top: parts.map(({ top }) => top),
      left: parts.map(({ left }) => left),
      height: parts.map((part) => part.height),
      width: parts.map((part) => part.width),
      area: parts.map((part) => part.height * part.width),
    };
    for (const [name, values] of Object.entries(measured)) {
      const [wanted = 0, spread = 0] = [given.means[name], given.deviations[name]];
      // Four standard errors of the mean of 4,000.
      expect(Math.abs(mean(values) - wanted), name).toBeLessThanOrEqual(0.065 * spread);
      expect(Math.abs(deviation(values) - spread), name).toBeLessThanOrEqual(0.05 * spread);
    }
    for (const { top, left, ...part } of parts) {
      expect(top >= 0 && left >= 0 && top + part.height <= height && left + part.width <= width).toBe(true);
    }
  });

  test("a picture that is too tall for the ratio gives its middle", () => {
    const part = drawPart({ height: 90, width: 20 }, [0.9, 1], [3 / 4, 4 / 3], random());
    expect(part).toEqual({ top: 31, left: 0, height: 27, width: 20 });
    expect(() => randomResizedCrop({ scale: [1, 0.08] })).toThrow(
      /scale is \[least, most\], both above 0; got \[1,0.08\]/,
    );
    expect(() => randomResizedCrop({ ratio: [0, 1] })).toThrow(/randomResizedCrop: ratio is/);
  });

  test("a colour jitter: factors evenly in their ranges, the hue around 0, every order equally often", () => {
    const stream = random();
    const ranges = { brightness: 0.4, contrast: 1.5, saturation: 0.2, hue: 0.1 };
    const drawn = Array.from({ length: 4800 }, () => drawJitter(ranges, stream));
    const bounds = { brightness: [0.6, 1.4], contrast: [0, 2.5], saturation: [0.8, 1.2], hue: [-0.1, 0.1] } as const;
    for (const [name, [low, high]] of Object.entries(bounds)) {
      const amounts = drawn.map((changes) => changes.find((change) => change.name === name)?.amount ?? Number.NaN);
      expect(amounts.every((amount) => amount >= low && amount < high)).toBe(true);
      expect(Math.abs(mean(amounts) - (low + high) / 2)).toBeLessThan(0.02 * (high - low));
      expect(Math.abs(deviation(amounts) - (high - low) / Math.sqrt(12))).toBeLessThan(0.01 * (high - low));
    }
    const orders = new Map<string, number>();
    for (const changes of drawn) {
      const order = changes.map(({ name }) => name).join();
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(24);
    for (const count of orders.values()) expect(Math.abs(count - 200)).toBeLessThan(60);
    expect(drawJitter({ hue: 0.1, contrast: 0 }, stream).map(({ name }) => name)).toEqual(["hue"]);
  });

  test("a cutout's middle is any pixel", () => {
    const stream = random();
    const size = { height: 10, width: 12 };
    const squares = Array.from({ length: 6000 }, () => drawSquare(size, 4, stream));
    // Along 10 pixels, rows m - 2 ... m + 1 of the picture: 2, 3, 4 (seven times), 3.
    expect(Math.abs(mean(squares.map(({ height }) => height)) - 3.6)).toBeLessThan(0.03);
    expect(Math.abs(mean(squares.map(({ width }) => width)) - (2 + 3 + 9 * 4 + 3) / 12)).toBeLessThan(0.03);
    const corners = new Set(squares.map(({ top, left, height, width }) => [top, left, height, width].join()));
    expect(corners.size).toBe(10 * 12);
  });

  test.each([0.2, 1, 3])("shares of a mixture at alpha %s: mean 1/2 and variance 1 / (8 alpha + 4)", (alpha) => {
    const stream = random();
    const shares = Array.from({ length: 6000 }, () => beta(alpha, stream));
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
    expect(Math.abs(mean(shares) - 0.5)).toBeLessThan(0.02);
    expect(Math.abs(deviation(shares) - 1 / Math.sqrt(8 * alpha + 4))).toBeLessThan(0.01);
  });

  test("what cutmix leaves of a picture: torchvision's mean and deviation", async () => {
    const [height, width] = golden.drawn.cutmix.size;
    const flat = tensor("float32", [2, height, width, 1], new Float32Array(2 * height * width));
    const mixed = cutmix(arrays({ inputs: flat, targets: [0, 1], classes: 2 }), { alpha: 1 });
    const shares: number[] = [];
    for (let epoch = 0; shares.length < 1500; epoch++) {
      const { targets } = await mixed.read([0, 1, 0, 1, 0, 1], { epoch });
      // Where the partner has another label, the own label's target is the share.
      for (const row of [0, 1])
        if (Number(targets.data[2 * row + row]) < 1) shares.push(Number(targets.data[2 * row + row]));
    }
    expect(Math.abs(mean(shares) - golden.drawn.cutmix.mean)).toBeLessThan(0.02);
    expect(Math.abs(deviation(shares) - golden.drawn.cutmix.deviation)).toBeLessThan(0.015);
  });
});
