import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FINE_TUNING, SCRATCH, STRATEGIES } from "#striate/transfer/index";

const page = readFileSync(new URL("../../docs/transfer.md", import.meta.url), "utf8");

/** The cells of the row that begins with these words. */
function row(name: string): readonly string[] {
  const line = page.split("\n").find((each) => each.startsWith(`| ${name} |`)) ?? "";
  return line
    .split("|")
    .slice(2, 5)
    .map((cell) => cell.trim());
}

test("docs/transfer.md has the defaults of the strategies", () => {
  const { epochs, learningRate } = FINE_TUNING;
  const texts = (...values: readonly number[]) => values.map(String);
  const both = (value: number, scratch: number) => texts(value, value, scratch);
  expect(row("epochs, at most")).toEqual(texts(epochs.lastStage, epochs.all, SCRATCH.epochs));
  expect(row("learning rate of AdamW, at the head")).toEqual(
    texts(learningRate.lastStage, learningRate.all, SCRATCH.learningRate),
  );
  expect(row("factor of the rate from stage to stage")).toEqual(both(FINE_TUNING.layerDecay, 1));
  expect(row("weight decay")).toEqual(both(FINE_TUNING.weightDecay, SCRATCH.weightDecay));
  expect(row("label smoothing")).toEqual(both(FINE_TUNING.labelSmoothing, SCRATCH.labelSmoothing));
  expect(row("dropout before the softmax")).toEqual(both(FINE_TUNING.dropout, SCRATCH.dropout));
  expect(row("photos in a step")).toEqual(both(FINE_TUNING.batchSize, SCRATCH.batchSize));
  expect(row("augmented versions of each photo")).toEqual([String(FINE_TUNING.versions), "", ""]);
  const patience = "epochs without a smaller validation loss before it ends";
  expect(row(patience)).toEqual(both(FINE_TUNING.patience, SCRATCH.patience));
  expect(row("epochs over which the rate rises")).toEqual(both(0, SCRATCH.warmUpEpochs));
});

test("docs/transfer.md has every strategy", () => {
  for (const name of Object.keys(STRATEGIES)) expect(page).toContain(`| \`${name}\` |`);
});
