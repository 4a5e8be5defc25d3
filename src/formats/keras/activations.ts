import type { Activation, ActivationName, Layer } from "../../layers/index.ts";
import { type Codec, Misfit, shown } from "./codec.ts";
import { isRecord, type JsonRecord } from "./json.ts";
import { snakeCase } from "./names.ts";

/** Keras's word for each of ours; a new activation must be entered here to compile. */
const WORDS: Readonly<Record<ActivationName, string>> = {
  linear: "linear",
  relu: "relu",
  sigmoid: "sigmoid",
  tanh: "tanh",
  softmax: "softmax",
  logSoftmax: "log_softmax",
  exponential: "exponential",
  elu: "elu",
  selu: "selu",
  gelu: "gelu",
  softplus: "softplus",
  softsign: "softsign",
  hardSigmoid: "hard_sigmoid",
  hardSwish: "hard_silu",
  leakyRelu: "leaky_relu",
  relu6: "relu6",
  silu: "silu",
  mish: "mish",
  celu: "celu",
  hardTanh: "hard_tanh",
  logSigmoid: "log_sigmoid",
  hardShrink: "hard_shrink",
  softShrink: "soft_shrink",
  tanhShrink: "tanh_shrink",
  sparsePlus: "sparse_plus",
  sparseSigmoid: "sparse_sigmoid",
  squareplus: "squareplus",
  sparsemax: "sparsemax",
};

const OTHER_WORDS: Readonly<Record<string, ActivationName>> = { swish: "silu", hard_swish: "hardSwish" };

/** How a layer is written that stands in the place of an activation. */
interface LayerCodec {
  /** Of a record with a class_name that there is. */
  read(record: JsonRecord): Layer | undefined;
  write(layer: Layer): JsonRecord;
}

/**
 * A name; a function of Keras as it serializes one: {"class_name": "function", "config": "relu"}; or a layer without
 * weights: {"class_name": "LeakyReLU", "config": {...}}.
 */
export function activationCodec(layers: LayerCodec): Codec<Activation> {
  return {
    read: (value) => {
      const isFunction = isRecord(value) && value.class_name === "function";
      const word = isFunction ? value.config : value;
      if (isRecord(value) && value.class_name === "__lambda__") throw new Misfit("is Python code, which is never run");
      const [name] = Object.entries(WORDS).find(([, other]) => other === word) ?? [];
      const found =
        name ?? (typeof word === "string" && Object.hasOwn(OTHER_WORDS, word) ? OTHER_WORDS[word] : undefined);
      if (found !== undefined) return found as ActivationName;
      const layer = isRecord(value) ? layers.read(value) : undefined;
      if (layer) return layer;
      throw new Misfit(`is ${shown(word)}, and Striate has ${Object.keys(WORDS).map(snakeCase).join(", ")}`);
    },
    write: (value) => (typeof value === "string" ? WORDS[value] : layers.write(value)),
  };
}
