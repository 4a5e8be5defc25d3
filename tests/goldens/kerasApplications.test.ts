// Nets of keras.applications, made by the real Keras with random weights: Striate opens them and gives their numbers.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { loadKeras } from "#striate/formats/keras/index";
import { type Shape, tensor } from "#striate/tensor/index";
import { predict } from "#striate/training/index";
import { closeTo } from "../support/close.ts";
import { findKeras } from "../support/python.ts";

const python = findKeras();
const folder = mkdtempSync(join(tmpdir(), "striate-applications-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function keras(names: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(python.interpreter, ["tests/keras/applications.py", folder, ...names], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`tests/keras/applications.py failed: ${stderr.slice(-3000)}`);
  return stdout;
}

/** Small ones in every run, between them all kinds of layers; with STRIATE_ALL_APPLICATIONS=1 all, by hand. */
const FEW = ["ConvNeXtTiny", "EfficientNetV2B0", "MobileNet", "MobileNetV3Small"];
const isAll = process.env.STRIATE_ALL_APPLICATIONS !== undefined && python.missing === undefined;
const NAMES = isAll ? keras([]).trim().split("\n") : FEW;

interface Numbers {
  readonly shape: Shape;
  readonly data: readonly number[];
}

function read(file: string) {
  const [first] = JSON.parse(readFileSync(join(folder, file), "utf8")) as readonly Numbers[];
  return tensor("float32", first?.shape ?? [], Float32Array.from(first?.data ?? []));
}

describe("keras.applications", () => {
  test.for(NAMES)("%s", { timeout: 600_000 }, async (name, context) => {
    if (python.missing !== undefined) return context.skip(python.missing);
    keras([name]);
    const model = await loadKeras(join(folder, `${name}.keras`));
    const { data } = await predict(model, read(`${name}.inputs.json`), { inline: true, threads: 1 });
    closeTo(data, read(`${name}.predictions.json`).data, 1e-4, name);
    rmSync(join(folder, `${name}.keras`));
  });
});
