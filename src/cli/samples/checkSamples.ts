import type { Engine } from "../../engine/index.ts";
import { StriateError } from "../../errors.ts";
import { modelFromOnnx, readOnnxFile } from "../../formats/index.ts";
import type { Model } from "../../model/index.ts";
import { asFloat32, sameShape, shapeText } from "../../tensor/index.ts";
import { predict } from "../../training/index.ts";
import type { Sample, Samples } from "./samplesFile.ts";

/** What a file says of a sample, beside what is expected. */
export interface Checked {
  readonly name: string;
  /** The place of the largest output. */
  readonly top: number;
  readonly score: number;
  readonly expectedTop: number;
  readonly expectedScore: number;
  /** The largest of all outputs' differences from the expected ones; NaN where an output is no number. */
  readonly difference: number;
  readonly agrees: boolean;
}

/** Which classes the file names, and what it says of each sample. */
export interface Check {
  readonly classNames: readonly string[] | undefined;
  results(): AsyncGenerator<Checked>;
}

/**
 * Runs an ONNX file on its samples. Outputs agree that differ by no more than the tolerance; the top classes are then the
 * same, or as probable as each other.
 * @throws StriateError as `modelFromOnnx`; `shape` where the file takes or gives other shapes than the samples have
 */
export function checkSamples(path: string, { samples, tolerance }: Samples, engine: Engine): Check {
  const file = readOnnxFile(path);
  const models = new Map<string, Model>();
  const modelFor = ({ input }: Sample) => {
    const inputShape = input.shape.slice(1);
    const model = models.get(shapeText(inputShape)) ?? modelFromOnnx(file, { inputShape });
    models.set(shapeText(inputShape), model);
    return model;
  };
  const [first] = samples;
  return {
    classNames: first && modelFor(first).pictures?.classNames,
    async *results() {
      for (const sample of samples) {
        const output = await predict(modelFor(sample), asFloat32(sample.input), { engine });
        if (!sameShape(output.shape, sample.output.shape)) {
          throw new StriateError(
            "shape",
            `${path}: its output for a picture is ${shapeText(output.shape)}, that of the samples ${shapeText(sample.output.shape)}; ` +
              "they are of another model",
          );
        }
        const [values, expected] = [output.data, sample.output.data];
        const differences = values.map((value, i) => Math.abs(value - (expected[i] ?? 0)));
        const difference = differences.reduce((a, b) => (b <= a ? a : b), 0);
        const [top, expectedTop] = [largest(values), largest(expected)];
        yield {
          name: sample.name,
          top,
          score: values[top] ?? Number.NaN,
          expectedTop,
          expectedScore: expected[expectedTop] ?? Number.NaN,
          difference,
          agrees: difference <= tolerance,
        };
      }
    },
  };
}

function largest(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > (values[best] ?? 0) ? i : best), 0);
}
