import { arrays, type Dataset } from "#striate/data/index";
import { conv2d, dense, dropout, flatten, maxPooling2d } from "#striate/layers/index";
import { type Model, sequential } from "#striate/model/index";
import { at, type Tensor, tensor } from "#striate/tensor/index";
import { labels, pictures } from "./pattern.ts";

/** Pictures of 6x6 that are brighter where their class says, so that there is something to learn. */
export function striped(count: number, k = 1, classes = 3): Dataset {
  const { data } = pictures([count, 6, 6, 1], k);
  const targets = labels(count, k + 1, classes).data;
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor((i % 36) / 6);
    if (row % classes === at(targets, Math.floor(i / 36))) data[i] = (data[i] ?? 0) + 0.5;
  }
  return arrays({ inputs: tensor("float32", [count, 6, 6, 1], data), targets, classes });
}

/** A small net with everything that a resumed run must find again: convolution, pooling, dropout. */
export function smallNet({ seed = 0, classes = 3, filters = 4 } = {}): Model {
  return sequential({ name: "small", inputShape: [6, 6, 1], seed }, [
    conv2d({ name: "conv", filters, kernelSize: 3, padding: "same", activation: "relu" }),
    maxPooling2d(),
    dropout({ name: "drop", rate: 0.25 }),
    flatten(),
    dense({ name: "out", units: classes, activation: "softmax" }),
  ]);
}

/** Tensors by name as plain numbers, which `toEqual` compares to the bit. */
export function numbersOf(tensors: Iterable<readonly [string, Tensor]>): Record<string, number[]> {
  return Object.fromEntries([...tensors].map(([name, { data }]) => [name, Array.from(data, Number)]));
}
