// An option stands in one table: its help, its default, and what a run records of it come from there.
import { describe, expect, test } from "vitest";
import { trainFlags } from "#striate/cli/commands/train/flags";
import { flag, helpText, optionName, withDefaults } from "#striate/cli/flags/flag";
import { oneOf, text, toggle } from "#striate/cli/flags/names";
import { fraction, wholeNumber, wholeNumbers } from "#striate/cli/flags/numbers";
import { continuedRecord, newRecord, recordSchema } from "#striate/cli/flags/record";
import { checkUses } from "#striate/cli/flags/useRules";

const flags = {
  epochs: flag(wholeNumber("N"), "passes", { default: 5, mayGrow: true }),
  size: flag(wholeNumbers("H,W", 1, 2), "height and width", { otherwise: "64" }),
  rate: flag(fraction("R"), "rate", { computed: "the optimizer's own" }),
  kept: flag(fraction("F"), "fraction kept", { default: 0.1, absentInOlderRuns: true }),
  mode: flag(oneOf("constant", "step"), "how it changes", { default: "step" }),
  fast: flag(toggle, "faster"),
  out: flag(text("DIR"), "folder", { record: false }),
};

describe("an option", () => {
  test("says its default in the help, whether it is a value or follows from others", () => {
    expect(helpText(flags.epochs)).toBe("passes (default: 5)");
    expect(helpText(flags.size)).toBe("height and width (default: 64)");
    expect(helpText(flags.rate)).toBe("rate (default: the optimizer's own)");
    expect(helpText(flags.fast)).toBe("faster");
    const many = flag(oneOf("sobel", "scharr", "prewitt", "roberts", "laplacian", "canny"), "operator", {
      default: "sobel",
    });
    expect(helpText(many)).toBe("operator (default: sobel); one of sobel, scharr, prewitt, roberts, laplacian, canny");
  });

  test("has its default where it is not given, if that is a value", () => {
    expect(withDefaults(flags, { mode: "constant" })).toEqual({ epochs: 5, kept: 0.1, mode: "constant" });
  });

  test("is read by its kind, in the words of its name", () => {
    expect(flags.size.kind.parse("32,48", "--size")).toEqual([32, 48]);
    expect(() => flags.size.kind.parse("0", "--size")).toThrow(
      '--size takes 1 to 2 whole numbers of at least 1, such as H,W; received "0"',
    );
    expect(optionName("batchNormMomentum")).toBe("--batch-norm-momentum");
  });

  test("that has no use beside others is refused where it was given", () => {
    const rules = [["rate", false, "the mode is step"]] as const;
    expect(() => checkUses<typeof flags>({ rate: 0.5 }, rules)).toThrow("--rate has no use here: the mode is step");
    checkUses<typeof flags>({}, rules);
  });
});

describe("a run", () => {
  const record = newRecord(flags, { ...withDefaults(flags, { size: [8], out: "x" }) }, { rate: 0.01, kept: 0 });

  test("records what was given, the defaults and what was worked out, in the order of the table", () => {
    expect(Object.entries(record)).toEqual([
      ["epochs", 5],
      ["size", [8]],
      ["rate", 0.01],
      ["kept", 0],
      ["mode", "step"],
    ]);
    expect(recordSchema(flags).parse({ ...record })).toEqual(record);
  });

  test("is read only as its table writes it; what older runs lack may be missing", () => {
    const schema = recordSchema(flags);
    const { kept: _, ...older } = record;
    expect(schema.parse(older)).toEqual(older);
    for (const wrong of [{ epochs: 0 }, { rate: 1 }, { mode: "steps" }, { size: [] }, { out: "x" }, { other: 1 }]) {
      expect(schema.safeParse({ ...record, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
    }
    const { rate: __, ...incomplete } = record;
    expect(schema.safeParse(incomplete).success).toBe(false);
  });

  test("goes on with the same options, and with more of what may grow", () => {
    expect(continuedRecord(flags, record, { epochs: 7, rate: 0.01, out: "y" })).toEqual({
      options: { ...record, epochs: 7 },
      differences: [],
    });
    expect(continuedRecord(flags, record, { epochs: 3, fast: true, size: [8, 9] }).differences).toEqual([
      "--epochs is 3 and was 5, which can only grow",
      "--size is 8,9 and was 8",
      "--fast is true and was not given",
    ]);
  });

  test("of train is read as it was written before newer options came", () => {
    // Where this fails for a new option, the option is `absentInOlderRuns`.
    const older = {
      model: "lenet",
      data: "fashion-mnist",
      classes: 10,
      validationSplit: 0.1,
      epochs: 5,
      batchSize: 64,
      optimizer: "adam",
      learningRate: 0.001,
      schedule: "cosine",
      warmupSteps: 0,
      seed: 0,
      engine: "onnxruntime",
      threads: 2,
    };
    expect(recordSchema(trainFlags).parse(older)).toEqual(older);
  });

  test("of train has every option but those of this one time", () => {
    const left = Object.keys(trainFlags).filter((key) => trainFlags[key as keyof typeof trainFlags].record === false);
    expect(left).toEqual(["workers", "out", "resume"]);
  });
});
