import { describe, expect, test } from "vitest";
import {
  checkOptions,
  didYouMean,
  finiteNumber,
  listed,
  nameText,
  nearest,
  valueText,
  wholeNumber,
} from "#striate/checks/index";

describe("a name in a message", () => {
  test("speaks neither to the terminal nor to the line", () => {
    expect(nameText("a\u001b[31m\nb\u2028\u202ec")).toBe("a\\u001b[31m\\u000ab\\u2028\\u202ec");
  });

  test("is at most 80 characters of a long one, its two ends", () => {
    const text = nameText(`first${"x".repeat(1e6)}last`);
    expect(text.length).toBe(83);
    expect(text).toMatch(/^first.*\.\.\..*last$/);
  });

  test("stands in a list that ends", () => {
    expect(listed(["a", "b", "c"], 2)).toBe("a, b and 1 more");
    expect(listed(["a", "b"], 2)).toBe("a, b");
  });
});

describe("what was probably meant", () => {
  const known = ["resnet18", "resnet34", "adamW", "adam", "learningRate", "mobilenet-v2"];
  test.each([
    ["resnet-18", "resnet18"],
    ["AdamW", "adamW"],
    ["learning_rate", "learningRate"],
    ["leraningRate", "learningRate"],
    ["mobilenetv2", "mobilenet-v2"],
    ["resnet43", "resnet34"],
  ])("%s: %s", (word, meant) => {
    expect(nearest(word, known)).toBe(meant);
  });

  test("nothing where no name is near, or the word is no word", () => {
    expect(didYouMean("vgg16", known)).toBe("");
    expect(didYouMean("a".repeat(1e7), known)).toBe("");
  });
});

describe("a number", () => {
  test.each([0, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY, "3", undefined])("whole, not %s", (value) => {
    expect(() => wholeNumber("fit", "epochs", value)).toThrow(
      `fit: epochs must be a whole number of at least 1, received ${valueText(value)}`,
    );
  });

  test("in its range, whose ends are named", () => {
    expect(finiteNumber("sgd", "momentum", 0.9, { least: 0, below: 1 })).toBe(0.9);
    expect(() => finiteNumber("sgd", "momentum", 1, { least: 0, below: 1 })).toThrow(
      "sgd: momentum must be a finite number of at least 0 and less than 1, received 1",
    );
    expect(() => finiteNumber("sgd", "learningRate", 0, { above: 0 })).toThrow("must be a finite number above 0");
  });
});

describe("options", () => {
  interface Options {
    readonly padding?: string;
    readonly filters: number;
  }
  const check = (options: object) =>
    checkOptions<Options>("conv2d", options as Options, { padding: true, filters: true });

  test("are those that there are", () => {
    expect(() => check({ filters: 3, padding: undefined })).not.toThrow();
    expect(() => check({ filters: 3, paddign: "same" })).toThrow(
      'conv2d has no option "paddign"; did you mean "padding"? It takes padding, filters',
    );
    expect(() => check({ toString: 1 })).toThrow('conv2d has no option "toString"; it takes');
  });

  test("that are undefined are not given", () => {
    expect(() => check({ other: undefined })).not.toThrow();
  });

  test.each([[null], [3], ["same"], [[3]]])("are an object, not %s", (options) => {
    expect(() => check(options as unknown as object)).toThrow("conv2d takes an object of options, received");
  });
});
