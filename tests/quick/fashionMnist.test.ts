import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { fashionMnist } from "#striate/data/index";

/** Where Debian's package dataset-fashion-mnist puts the whole set. */
const WHOLE = "/usr/share/datasets/fashion-mnist";

test("the bundled sample is the beginning of the whole set", async ({ skip }) => {
  if (!existsSync(WHOLE)) {
    if (process.env.STRIATE_REQUIRE) throw new Error("Debian's package dataset-fashion-mnist is not installed");
    skip("Debian's package dataset-fashion-mnist is not installed");
  }
  const [sample, whole] = [await fashionMnist(), await fashionMnist(WHOLE)];
  expect([whole.train.length, whole.test.length]).toEqual([60_000, 10_000]);
  expect([sample.train.length, sample.test.length]).toEqual([6_000, 1_000]);
  for (const part of ["train", "test"] as const) {
    const indices = [0, 1, 500, sample[part].length - 1];
    expect(await sample[part].read(indices)).toEqual(await whole[part].read(indices));
  }
});
