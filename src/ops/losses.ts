import { StriateError } from "../errors.ts";
import { defineOp, type GradientThunk, type GraphBuilder, type Reals, type Value } from "../graph/index.ts";
import { at, sameShape, shapeText } from "../tensor/index.ts";
import { relu, sigmoid } from "./activations.ts";
import { mul, neg, sign } from "./arithmetic.ts";
import { castTo } from "./cast.ts";
import { clip } from "./clip.ts";
import { equal, where } from "./compare.ts";
import { formula } from "./formula.ts";
import { reduceMean, reduceSum } from "./reduce.ts";
import { reshapeTo } from "./reshape.ts";
import { oneHot } from "./scatter.ts";
import { logSoftmax, logSoftmaxReals, softmax } from "./softmax.ts";

/** Probabilities are kept this far from 0 and 1 before their logarithm is taken, as in Keras. */
export const EPSILON = 1e-7;

/** A loss for each example: the last axis is consumed. */
function lossType(name: string, predictions: Value, targets: Value) {
  if (!sameShape(predictions.shape, targets.shape)) {
    throw new StriateError(
      "shape",
      `${name}: predictions ${shapeText(predictions.shape)} and targets ${shapeText(targets.shape)} differ`,
    );
  }
  return [{ dtype: predictions.dtype, shape: predictions.shape.slice(0, -1) }];
}

/** Folds the last axis of two tensors with the same shape. */
function rowsOf(a: Reals, b: Reals, f: (a: number, b: number) => number): Reals {
  const width = a.shape.at(-1) ?? 1;
  const data = new Float64Array(a.data.length / width);
  for (let i = 0; i < a.data.length; i++) {
    const row = Math.floor(i / width);
    data[row] = at(data, row) + f(at(a.data, i), at(b.data, i));
  }
  return { shape: a.shape.slice(0, -1), data };
}

/** A gradient for each example as a column beside its row. */
function column(g: GraphBuilder, value: Value): Value {
  return reshapeTo(g, value, [...value.shape, 1]);
}

/** 1 at each label, 0 elsewhere, in the type of the predictions. */
export function oneHotLike(g: GraphBuilder, labels: Value, predictions: Value): Value {
  const depth = g.numbers("int64", [], [predictions.shape.at(-1) ?? 1]);
  const values = g.numbers(predictions.dtype, [2], [0, 1]);
  return g.op(oneHot, [castTo(g, labels, "int64"), depth, values], { axis: -1 });
}

/** -sum of t log softmax(x) over the last axis, for targets that are probabilities (one-hot labels, say). */
export const softmaxCrossEntropy = defineOp({
  name: "SoftmaxCrossEntropy",
  domain: "striate",
  inputs: ["Logits", "Targets"],
  infer: ({ Logits, Targets }) => lossType("SoftmaxCrossEntropy", Logits, Targets),
  reference: ({ Logits, Targets }) => [rowsOf(logSoftmaxReals(Logits, -1), Targets, (log, t) => -t * log)],
  // softmax(x) times the sum of the targets, less the targets
  gradient: ({ g, Logits, Targets, dOutput }): { Logits: GradientThunk } => ({
    Logits: () => {
      const f = formula(g, Logits);
      const total = g.op(reduceSum, [Targets, g.int64s(-1)], { keepdims: 1 });
      return f.mul(f.sub(f.mul(g.op(softmax, [Logits]), total), Targets), column(g, dOutput));
    },
  }),
  lower: ({ g, inputs: { Logits, Targets } }) => {
    const product = g.op(mul, [g.op(logSoftmax, [Logits]), Targets]);
    return [g.op(neg, [g.op(reduceSum, [product, g.int64s(-1)], { keepdims: 0 })])];
  },
  samples: [
    {
      name: "probabilities",
      inputs: [
        { shape: [3, 4], low: -3, high: 3 },
        { shape: [3, 4], low: 0.1, high: 0.9 },
      ],
    },
    {
      name: "far apart",
      inputs: [
        { shape: [1, 3], values: [40, -40, 0] },
        { shape: [1, 3], values: [0, 1, 0] },
      ],
    },
  ],
});

/** -log softmax(x) at each example's label, an integer from 0 to the number of classes less 1. */
export const sparseSoftmaxCrossEntropy = defineOp({
  name: "SparseSoftmaxCrossEntropy",
  domain: "striate",
  inputs: ["Logits", "Labels"],
  infer: ({ Logits, Labels }) => {
    const shape = Logits.shape.slice(0, -1);
    if (!sameShape(shape, Labels.shape)) {
      throw new StriateError(
        "shape",
        `SparseSoftmaxCrossEntropy: logits ${shapeText(Logits.shape)} want labels ${shapeText(shape)}, received ${shapeText(Labels.shape)}`,
      );
    }
    return [{ dtype: Logits.dtype, shape }];
  },
  reference: ({ Logits, Labels }) => {
    const { data } = logSoftmaxReals(Logits, -1);
    const classes = Logits.shape.at(-1) ?? 1;
    return [{ shape: Labels.shape, data: Labels.data.map((label, i) => -at(data, i * classes + label)) }];
  },
  // softmax(x) less 1 at the label
  gradient: ({ g, Logits, Labels, dOutput }): { Logits: GradientThunk } => ({
    Logits: () => {
      const f = formula(g, Logits);
      return f.mul(f.sub(g.op(softmax, [Logits]), oneHotLike(g, Labels, Logits)), column(g, dOutput));
    },
  }),
  lower: ({ g, inputs: { Logits, Labels } }) => {
    const product = g.op(mul, [g.op(logSoftmax, [Logits]), oneHotLike(g, Labels, Logits)]);
    return [g.op(neg, [g.op(reduceSum, [product, g.int64s(-1)], { keepdims: 0 })])];
  },
  samples: [
    {
      name: "int32 labels",
      inputs: [
        { shape: [3, 4], low: -3, high: 3 },
        { shape: [3], values: [2, 0, 3], dtype: "int32" },
      ],
    },
    {
      name: "int64 labels",
      inputs: [
        { shape: [2, 5], low: -3, high: 3 },
        { shape: [2], values: [4, 1], dtype: "int64" },
      ],
    },
  ],
});

/** The mean over the last axis of (p - t)^2. */
export const meanSquaredError = defineOp({
  name: "MeanSquaredError",
  domain: "striate",
  inputs: ["Predictions", "Targets"],
  infer: ({ Predictions, Targets }) => lossType("MeanSquaredError", Predictions, Targets),
  reference: ({ Predictions, Targets }) => {
    const width = Predictions.shape.at(-1) ?? 1;
    return [rowsOf(Predictions, Targets, (p, t) => (p - t) ** 2 / width)];
  },
  gradient: ({ g, Predictions, Targets, dOutput }): { Predictions: GradientThunk } => ({
    Predictions: () => {
      const f = formula(g, Predictions);
      return f.mul(f.sub(Predictions, Targets), f.mul(column(g, dOutput), 2 / (Predictions.shape.at(-1) ?? 1)));
    },
  }),
  lower: ({ g, inputs: { Predictions, Targets } }) => {
    const difference = formula(g, Predictions).sub(Predictions, Targets);
    return [g.op(reduceMean, [g.op(mul, [difference, difference]), g.int64s(-1)], { keepdims: 0 })];
  },
  samples: [{ name: "rows", inputs: [{ shape: [3, 4] }, { shape: [3, 4] }] }],
});

/** The mean over the last axis of -(t log p + (1 - t) log(1 - p)), p being a probability, clipped by `EPSILON`. */
export const binaryCrossEntropy = defineOp({
  name: "BinaryCrossEntropy",
  domain: "striate",
  inputs: ["Probabilities", "Targets"],
  infer: ({ Probabilities, Targets }) => lossType("BinaryCrossEntropy", Probabilities, Targets),
  reference: ({ Probabilities, Targets }) => {
    const width = Probabilities.shape.at(-1) ?? 1;
    return [
      rowsOf(Probabilities, Targets, (probability, t) => {
        const p = Math.min(Math.max(probability, EPSILON), 1 - EPSILON);
        return -(t * Math.log(p) + (1 - t) * Math.log(1 - p)) / width;
      }),
    ];
  },
  // (p - t) / (p (1 - p)), 0 where p was clipped
  gradient: ({ g, Probabilities, Targets, dOutput }): { Probabilities: GradientThunk } => ({
    Probabilities: () => {
      const f = formula(g, Probabilities);
      const p = clipProbabilities(g, Probabilities);
      const slope = f.div(f.sub(p, Targets), f.mul(p, f.sub(1, p)));
      const unclipped = f.mul(slope, f.mul(column(g, dOutput), 1 / (Probabilities.shape.at(-1) ?? 1)));
      return gate(g, Probabilities, p, unclipped);
    },
  }),
  lower: ({ g, inputs: { Probabilities, Targets } }) => {
    const f = formula(g, Probabilities);
    const p = clipProbabilities(g, Probabilities);
    const likelihood = f.add(f.mul(Targets, f.log(p)), f.mul(f.sub(1, Targets), f.log(f.sub(1, p))));
    return [g.op(neg, [g.op(reduceMean, [likelihood, g.int64s(-1)], { keepdims: 0 })])];
  },
  samples: [
    {
      name: "rows",
      inputs: [
        { shape: [3, 2], low: 0.1, high: 0.9 },
        { shape: [3, 2], values: [1, 0, 0, 1, 1, 1] },
      ],
    },
    {
      name: "certain",
      inputs: [
        { shape: [1, 3], values: [0.3, 0.5, 0.8] },
        { shape: [1, 3], values: [0, 0.25, 1] },
      ],
    },
  ],
});

function clipProbabilities(g: GraphBuilder, probabilities: Value): Value {
  return g.op(clip, [probabilities, g.scalar(probabilities, EPSILON), g.scalar(probabilities, 1 - EPSILON)]);
}

/** `value` where clipping left the original as it was, else 0. */
function gate(g: GraphBuilder, original: Value, clipped: Value, value: Value): Value {
  return g.op(where, [g.op(equal, [original, clipped]), value, g.scalar(value, 0)]);
}

/** Binary cross-entropy of sigmoid(x) in its stable form: the mean of max(x, 0) - x t + log(1 + exp(-|x|)). */
export const sigmoidCrossEntropy = defineOp({
  name: "SigmoidCrossEntropy",
  domain: "striate",
  inputs: ["Logits", "Targets"],
  infer: ({ Logits, Targets }) => lossType("SigmoidCrossEntropy", Logits, Targets),
  reference: ({ Logits, Targets }) => {
    const width = Logits.shape.at(-1) ?? 1;
    return [rowsOf(Logits, Targets, (x, t) => (Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x)))) / width)];
  },
  // sigmoid(x) - t
  gradient: ({ g, Logits, Targets, dOutput }): { Logits: GradientThunk } => ({
    Logits: () => {
      const f = formula(g, Logits);
      const share = f.mul(column(g, dOutput), 1 / (Logits.shape.at(-1) ?? 1));
      return f.mul(f.sub(g.op(sigmoid, [Logits]), Targets), share);
    },
  }),
  lower: ({ g, inputs: { Logits, Targets } }) => {
    const f = formula(g, Logits);
    const magnitude = f.mul(Logits, g.op(sign, [Logits]));
    const rest = f.log(f.add(1, f.exp(g.op(neg, [magnitude]))));
    const loss = f.add(f.sub(g.op(relu, [Logits]), f.mul(Logits, Targets)), rest);
    return [g.op(reduceMean, [loss, g.int64s(-1)], { keepdims: 0 })];
  },
  samples: [
    {
      name: "rows",
      inputs: [
        { shape: [3, 2], low: -3, high: 3 },
        { shape: [3, 2], values: [1, 0, 0, 1, 0.5, 1] },
      ],
    },
    {
      name: "far",
      inputs: [
        { shape: [1, 2], values: [50, -50] },
        { shape: [1, 2], values: [0, 1] },
      ],
    },
  ],
});
