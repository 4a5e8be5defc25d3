// Random functional models in models, with layers and models shared between them: tests/keras/nested.py, in TypeScript.
import * as layers from "#striate/layers/index";
import { type Model, model, sequential } from "#striate/model/index";

const WIDTH = 3;

interface Part {
  readonly layer: layers.Layer;
  readonly inputs: number;
  readonly outputs: number;
}

/** Mulberry32: small, seeded, good enough to choose by. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let h = Math.imul(state ^ (state >>> 15), state | 1);
    h ^= h + Math.imul(h ^ (h >>> 7), h | 61);
    return ((h ^ (h >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The same model for the same seed. */
export function nestedModel(seed: number): Model {
  const next = generator(seed);
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  const one = <T>(choices: readonly T[]): T => choices[whole(0, choices.length - 1)] as T;
  const parts: Part[] = [];

  const layer = (): layers.Layer => {
    const make: readonly (() => layers.Layer)[] = [
      () => layers.batchNormalization(),
      () => layers.dense({ units: WIDTH, activation: "tanh", trainable: next() < 0.7 }),
      () => layers.dense({ units: WIDTH, useBias: false }),
      () => layers.activation({ activation: "sigmoid" }),
    ];
    return one(make)();
  };
  const chain = (depth: number): Model => {
    const found = Array.from({ length: whole(1, 3) }, () => part(depth, 1, 1) as layers.Layer);
    return sequential({ inputShape: [WIDTH] }, [...new Set(found)]);
  };
  const made = (depth: number, inputs: number, outputs: number): layers.Layer | undefined => {
    const isSingle = inputs === 1 && outputs === 1;
    if (depth > 0 && (!isSingle || next() < 0.5)) {
      return isSingle && next() < 0.3 ? chain(depth - 1) : graph(depth - 1, inputs, outputs);
    }
    if (isSingle) return layer();
    return outputs === 1 ? layers.add() : undefined;
  };
  function part(depth: number, inputs: number, outputs: number): layers.Layer | undefined {
    const fitting = parts.filter((known) => known.inputs === inputs && known.outputs === outputs);
    if (fitting.length > 0 && next() < 0.5) return one(fitting).layer;
    const found = made(depth, inputs, outputs);
    if (found) parts.push({ layer: found, inputs, outputs });
    return found;
  }
  function graph(depth: number, inputs: number, outputs: number): Model {
    const begins = Array.from({ length: inputs }, () => layers.input({ shape: [WIDTH] }));
    const tensors = [...begins];
    for (let i = whole(1, 5); i > 0; i--) {
      const [n, m] = one([
        [1, 1],
        [1, 1],
        [2, 1],
        [2, 2],
        [1, 2],
      ] as const);
      const found = part(depth, n, m);
      const given = Array.from({ length: n }, () => one(tensors));
      if (found) tensors.push(...layers.callLayer(found, given));
    }
    const last = layers.add()([...begins, ...tensors.slice(-2)]);
    const others = Array.from({ length: outputs - 1 }, () => one([...tensors.slice(inputs), last]));
    return model({ inputs: begins, outputs: next() < 0.5 ? [last, ...others] : [...others, last] });
  }
  return graph(3, one([1, 1, 2]), one([1, 1, 2]));
}
