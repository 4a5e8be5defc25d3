// A small net's training, the same in Node and in a browser.
import { batchNormalization, conv2d, dense, dropout, flatten, maxPooling2d, sequential, type Tensor } from "striate";
import { arrays } from "striate/data";

export interface TrainingReport {
  readonly history: readonly unknown[];
  /** By key: the sum of each weight's numbers, and the first of them. */
  readonly weights: Readonly<Record<string, readonly number[]>>;
  readonly predictions: readonly number[];
}

/** 48 pictures of 8 x 8: the class is where the bright stripe lies. */
function pictures(): { readonly inputs: Tensor<"float32">; readonly targets: readonly number[] } {
  const targets = Array.from({ length: 48 }, (_, i) => i % 3);
  const data = Float32Array.from({ length: 48 * 64 }, (_, i) => {
    const [picture, row] = [Math.floor(i / 64), Math.floor((i % 64) / 8)];
    return (Math.imul(i, 2654435761) >>> 8) / 2 ** 25 + (Math.floor(row / 3) === targets[picture] ? 0.5 : 0);
  });
  return { inputs: { dtype: "float32", shape: [48, 8, 8, 1], data }, targets };
}

/** @param inline whether it computes in the thread that calls this */
export async function trainSmallNet(inline: boolean): Promise<TrainingReport> {
  const { inputs, targets } = pictures();
  const model = sequential({ inputShape: [8, 8, 1], seed: 3 }, [
    conv2d({ filters: 4, kernelSize: 3, activation: "relu" }),
    batchNormalization(),
    maxPooling2d(),
    flatten(),
    dropout({ rate: 0.25 }),
    dense({ units: 3, activation: "softmax" }),
  ]);
  const how = { engine: "reference", inline };
  const { epochs: history } = await model.fit(arrays({ inputs, targets, classes: 3 }), {
    ...how,
    epochs: 3,
    batchSize: 16,
    validationSplit: 0.25,
    metrics: ["accuracy"],
    verbose: 0,
  });
  const weights = [...model.weights].map(([key, { data }]) => [key, [sum(data), ...data.slice(0, 3)]] as const);
  const { data } = await model.predict({ ...inputs, shape: [4, 8, 8, 1], data: inputs.data.slice(0, 4 * 64) }, how);
  return { history, weights: Object.fromEntries(weights), predictions: [...data] };
}

function sum(numbers: ArrayLike<number>): number {
  return Array.from(numbers).reduce((total, number) => total + number, 0);
}
