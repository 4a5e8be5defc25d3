import { describe, expect, test } from "vitest";
import { type ArraysOptions, arrays, batchPlan, split, subset } from "#striate/data/index";
import { fromNumbers, type Tensor, zeros } from "#striate/tensor/tensor";

const bytes = fromNumbers("uint8", [3, 2, 2, 1], [0, 1, 2, 3, 51, 102, 153, 204, 255, 254, 253, 252]);

describe("arrays", () => {
  test("scales bytes to 0..1 as x / 255 in float32, in the order asked for", async () => {
    const dataset = arrays({ inputs: bytes, targets: [2, 0, 1], classNames: ["a", "b", "c"] });
    expect(dataset).toMatchObject({ length: 3, inputShape: [2, 2, 1], classes: 3, classNames: ["a", "b", "c"] });
    const { inputs, targets } = await dataset.read([2, 0]);
    expect(inputs.shape).toEqual([2, 2, 2, 1]);
    expect([...inputs.data]).toEqual([255, 254, 253, 252, 0, 1, 2, 3].map((x) => Math.fround(x / 255)));
    expect(targets).toEqual(fromNumbers("int32", [2], [1, 2]));
  });

  test("keeps float32 inputs and targets as they are", async () => {
    const inputs = fromNumbers("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
    const targets = fromNumbers("float32", [2, 2], [1, 0, 0, 1]);
    const dataset = arrays({ inputs, targets });
    expect(dataset.classes).toBeUndefined();
    const batch = await dataset.read([1, 1]);
    expect(batch.inputs).toEqual(fromNumbers("float32", [2, 3], [4, 5, 6, 4, 5, 6]));
    expect(batch.targets).toEqual(fromNumbers("float32", [2, 2], [0, 1, 0, 1]));
  });

  test("reads fresh buffers that may be transferred", async () => {
    const dataset = arrays({ inputs: zeros("float32", [2, 3]), targets: [0, 1] });
    const { inputs, targets } = await dataset.read([0, 1]);
    structuredClone([inputs, targets], { transfer: [inputs.data.buffer, targets.data.buffer] });
    const again = await dataset.read([0, 1]);
    expect(again.inputs.data).toHaveLength(6);
    expect(again.targets.data).toHaveLength(2);
  });

  test.each<[Tensor["dtype"]]>([["uint8"], ["int32"], ["int64"]])("takes labels in %s", async (dtype) => {
    const dataset = arrays({ inputs: bytes, targets: fromNumbers(dtype, [3], [2, 0, 1]), classes: 3 });
    expect((await dataset.read([0, 1, 2])).targets).toEqual(fromNumbers("int32", [3], [2, 0, 1]));
  });

  test.each<[string, ArraysOptions, string]>([
    ["fewer targets", { inputs: bytes, targets: [0, 1] }, "3 inputs (uint8[3,2,2,1]) came with 2 targets"],
    [
      "a label outside the classes",
      { inputs: bytes, targets: [0, 1, 3], classes: 3 },
      "targets: label 3 at index 2 is outside the 3 classes (labels 0 to 2)",
    ],
    ["a negative label", { inputs: bytes, targets: [0, -1, 2] }, "targets: label -1 at index 1 is no class"],
    ["half a label", { inputs: bytes, targets: [0.5, 1, 2] }, "label 0.5 at index 0"],
    ["no examples", { inputs: zeros("uint8", [0, 2, 2, 1]), targets: [] }, "got uint8[0,2,2,1]"],
    ["a scalar", { inputs: zeros("float32", []), targets: [0] }, "got float32[]"],
    ["int32 inputs", { inputs: zeros("int32", [3, 1]), targets: [0, 1, 2] }, "got int32[3,1]"],
    ["float64 targets", { inputs: bytes, targets: zeros("float64", [3]) }, "got float64[3]"],
    [
      "too few names",
      { inputs: bytes, targets: [0, 1, 2], classes: 3, classNames: ["a"] },
      "need 3 class names; got 1",
    ],
    ["no class", { inputs: bytes, targets: [0, 0, 0], classes: 0 }, "the number of classes is an integer from 1 on"],
  ])("refuses %s", (_, options, message) => {
    expect(() => arrays(options)).toThrow(message);
    expect(() => arrays(options)).toThrow(expect.objectContaining({ name: "StriateError" }));
  });

  test.each([3, -1, 0.5])("refuses to read example %d of 3", (index) => {
    const dataset = arrays({ inputs: bytes, targets: [0, 1, 2] });
    expect(() => dataset.read([index])).toThrow(`index ${index} is outside a data set of 3 examples (0 to 2)`);
  });
});

describe("batchPlan", () => {
  test("holds every example once, the last batch what is left", () => {
    const plan = batchPlan({ length: 10, batchSize: 4, seed: 1, epoch: 0 });
    expect(plan.map((batch) => batch.length)).toEqual([4, 4, 2]);
    expect(plan.flatMap((batch) => [...batch]).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("an epoch has its own order, the same whenever it is asked for", () => {
    const options = { length: 100, batchSize: 32, seed: 1 };
    const epoch7 = batchPlan({ ...options, epoch: 7 });
    expect(batchPlan({ ...options, epoch: 7 })).toEqual(epoch7);
    expect(batchPlan({ ...options, epoch: 8 })).not.toEqual(epoch7);
    expect(batchPlan({ ...options, seed: 2, epoch: 7 })).not.toEqual(epoch7);
  });

  test("keeps the order without shuffle", () => {
    expect(batchPlan({ length: 5, batchSize: 2, shuffle: false }).map((batch) => [...batch])).toEqual([
      [0, 1],
      [2, 3],
      [4],
    ]);
    expect(batchPlan({ length: 0, batchSize: 2 })).toEqual([]);
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses a batch size of %d", (batchSize) => {
    expect(() => batchPlan({ length: 5, batchSize })).toThrow(
      `batchPlan: batchSize must be a whole number of at least 1, received ${batchSize}`,
    );
  });
});

describe("parts of a data set", () => {
  const dataset = arrays({ inputs: bytes, targets: [2, 0, 1], classNames: ["a", "b", "c"] });

  test("a subset reads its own examples and no others", async () => {
    const part = subset(dataset, 1, 3);
    expect(part).toMatchObject({ length: 2, inputShape: [2, 2, 1], classes: 3, classNames: ["a", "b", "c"] });
    expect((await part.read([1, 0])).targets).toEqual(fromNumbers("int32", [2], [1, 0]));
    expect(() => part.read([2])).toThrow("index 2 is outside a subset of 2 examples");
    expect(() => subset(dataset, 0, 1).read([1])).toThrow("index 1 is outside a subset of 1 examples");
  });

  test.each([
    [0, 4],
    [-1, 2],
    [2, 2],
    [0, 1.5],
  ])("a subset from %d to %d of 3 is refused", (start, end) => {
    expect(() => subset(dataset, start, end)).toThrow(`got ${start} to ${end}`);
  });

  test.each([0, 1, -0.5, Number.NaN])("a validation split of %d is refused", (fraction) => {
    expect(() => split(dataset, fraction)).toThrow(
      `split: validationSplit must be a finite number above 0 and less than 1, received ${fraction}`,
    );
  });
});
