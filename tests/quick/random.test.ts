import { describe, expect, test } from "vitest";
import { type PhiloxBlock, philox4x32, philox4x32Fill } from "#striate/tensor/philox";
import { normal, permutation, truncatedNormal, uniform } from "#striate/tensor/random";

const address = { seed: 42, stream: "test", counter: 7 };

function moments(numbers: Float32Array): { mean: number; stddev: number } {
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const variance = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / numbers.length;
  return { mean, stddev: Math.sqrt(variance) };
}

describe("philox4x32", () => {
  // Random123's kat_vectors, "philox4x32 10".
  const ones = 0xffffffff;
  test.each<[PhiloxBlock, [number, number], number[]]>([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [ones, ones, ones, ones],
      [ones, ones],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("gives the published words for %j under %j", (counter, key, words) => {
    expect([...philox4x32(counter, key)]).toEqual(words);
  });

  test("fills an array with successive blocks and cuts the last one", () => {
    const out = new Uint32Array(11);
    philox4x32Fill(out, 1, 2, 3, 4, 5, 0xffffffff);
    const blocks = [0xffffffff, 0, 1].flatMap((block) => [...philox4x32([3, 4, 5, block], [1, 2])]);
    expect([...out]).toEqual(blocks.slice(0, 11));
  });
});

describe("uniform", () => {
  test("is spread evenly over [0, 1)", () => {
    const numbers = uniform(address, 100_000);
    const { mean, stddev } = moments(numbers);
    expect(mean).toBeCloseTo(0.5, 2);
    expect(stddev).toBeCloseTo(Math.sqrt(1 / 12), 2);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  });

  test("stays below the upper bound where rounding to float32 would reach it", () => {
    const numbers = uniform(address, 10_000, 1, 1 + 2 ** -21);
    expect(new Set(numbers)).toEqual(new Set([0, 1, 2, 3].map((k) => 1 + k * 2 ** -23)));
    expect(uniform(address, 1000, -(2 ** -149), 0).every((number) => number === -(2 ** -149))).toBe(true);
  });

  test("refuses bounds without numbers between them", () => {
    expect(() => uniform(address, 1, 1, 1)).toThrow("got 1 and 1");
    expect(() => uniform(address, 1, 0, Number.NaN)).toThrow("got 0 and NaN");
  });
});

test("normal has the mean and the standard deviation asked for", () => {
  const { mean, stddev } = moments(normal(address, 100_000, 3, 0.5));
  expect(mean).toBeCloseTo(3, 2);
  expect(stddev).toBeCloseTo(0.5, 2);
});

test("truncatedNormal ends at two standard deviations and keeps the distribution between", () => {
  const numbers = truncatedNormal(address, 100_000, 1, 2);
  const { mean, stddev } = moments(numbers);
  expect(numbers.every((number) => Math.abs(number - 1) <= 4)).toBe(true);
  expect(mean).toBeCloseTo(1, 1);
  // The standard deviation of the standard normal distribution cut at -2 and 2 (Keras divides by the same number).
  expect(stddev / 2).toBeCloseTo(0.87962566103423978, 2);
});

describe("permutation", () => {
  test("holds every integer once", () => {
    const order = permutation(address, 6000);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 6000 }, (_, i) => i));
    expect([...order]).not.toEqual(Array.from({ length: 6000 }, (_, i) => i));
    expect([...permutation(address, 1)]).toEqual([0]);
    expect([...permutation(address, 0)]).toEqual([]);
  });

  test("gives every order equally often", () => {
    const counts = new Map<string, number>();
    for (let counter = 0; counter < 12_000; counter++) {
      const order = permutation({ seed: 1, stream: "orders", counter }, 3).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });
});

describe("an address", () => {
  const draws = { uniform, normal, truncatedNormal, permutation };

  test.each(Object.entries(draws))("%s: the same address gives the same draw, every other one another", (_, draw) => {
    const first = [...draw(address, 50)];
    expect([...draw({ ...address }, 50)]).toEqual(first);
    for (const other of [
      { ...address, seed: 43 },
      { ...address, seed: 42 + 2 ** 32 },
      { ...address, stream: "tesu" },
      { ...address, stream: 7 },
      { ...address, counter: 8 },
      { ...address, counter: 7 + 2 ** 32 },
    ]) {
      expect([...draw(other, 50)]).not.toEqual(first);
    }
  });

  test("takes the FNV-1a hash of a stream's name as its number", () => {
    // From the test vectors of FNV's authors.
    const named = uniform({ ...address, stream: "foobar" }, 8);
    expect(uniform({ ...address, stream: 0xbf9cf968 }, 8)).toEqual(named);
  });

  test("gives the same numbers for ever", () => {
    const golden = { seed: 2 ** 40 + 1, stream: "golden", counter: 2 ** 33 + 5 };
    expect([...uniform(golden, 5)]).toMatchInlineSnapshot(`
      [
        0.29758018255233765,
        0.5835457444190979,
        0.3451429605484009,
        0.5833725929260254,
        0.6647308468818665,
      ]
    `);
    expect([...uniform(golden, 3, -0.05, 0.05)]).toMatchInlineSnapshot(`
      [
        -0.020241981372237206,
        0.00835457444190979,
        -0.015485703945159912,
      ]
    `);
    expect([...normal(golden, 5)]).toMatchInlineSnapshot(`
      [
        -1.3473315238952637,
        -0.7802822589874268,
        -1.2630279064178467,
        -0.7296255230903625,
        -0.6921139359474182,
      ]
    `);
    expect([...truncatedNormal(golden, 5, 0, 0.1)]).toMatchInlineSnapshot(`
      [
        -0.1347331553697586,
        -0.07802823185920715,
        -0.1263027936220169,
        -0.07296255230903625,
        -0.06921139359474182,
      ]
    `);
    expect([...permutation(golden, 10)]).toMatchInlineSnapshot(`
      [
        3,
        8,
        2,
        4,
        5,
        6,
        0,
        1,
        9,
        7,
      ]
    `);
  });

  test.each([
    [{ ...address, seed: -1 }, "a seed is an integer from 0 to 9007199254740991; got -1"],
    [{ ...address, seed: 0.5 }, "got 0.5"],
    [{ ...address, counter: 2 ** 53 }, "the counter of a draw is an integer from 0 to 9007199254740991"],
    [{ ...address, stream: 2 ** 32 }, "a stream's number is an integer from 0 to 4294967295; got 4294967296"],
  ])("outside its ranges is refused: %j", (bad, message) => {
    expect(() => uniform(bad, 1)).toThrow(message);
  });
});
