import { StriateError } from "../errors.ts";
import { defineOp, float, type GradientThunk, type GraphBuilder, int, type Reals, type Value } from "../graph/index.ts";
import { at, type Shape, shapeText, sizeOf } from "../tensor/index.ts";
import { conv } from "./conv.ts";
import { formula } from "./formula.ts";

const LRN = { alpha: float(1e-4), beta: float(0.75), bias: float(1), size: int(5) };

/** How many channels the window reaches before and after its own; an even one reaches further after. */
function reach(size: number): [before: number, after: number] {
  return [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
}

/** For each element, the sum over the channels from `before` before to `after` after its own. */
function channelSums({ shape, data }: Reals, before: number, after: number): Float64Array {
  const [channels, plane] = [shape[1] ?? 1, sizeOf(shape.slice(2))];
  return data.map((_, i) => {
    const channel = Math.floor(i / plane) % channels;
    let sum = 0;
    for (let c = Math.max(0, channel - before); c <= Math.min(channels - 1, channel + after); c++) {
      sum += at(data, i + (c - channel) * plane);
    }
    return sum;
  });
}

/**
 * `factor` times the sum over the same window, plus `bias`, as a 1x1 convolution with a band of weights: one product of
 * matrices is many times faster than a pooling along the channels.
 */
function windowSums(g: GraphBuilder, value: Value, before: number, after: number, factor: number, bias: number): Value {
  const channels = at(value.shape, 1);
  const band = Array.from({ length: channels ** 2 }, (_, i) => {
    const distance = (i % channels) - Math.floor(i / channels);
    return distance >= -before && distance <= after ? factor : 0;
  });
  const weights = g.numbers(value.dtype, [channels, channels, ...value.shape.slice(2).map(() => 1)], band);
  const biases = bias === 0 ? undefined : g.numbers(value.dtype, [channels], new Array<number>(channels).fill(bias));
  return g.op(conv, [value, weights, biases]);
}

/** s to the power of -beta; the usual 0.75 as roots, which are faster. */
function inversePower(g: GraphBuilder, s: Value, beta: number): Value {
  const f = formula(g, s);
  if (beta !== 0.75) return f.pow(s, -beta);
  const root = f.sqrt(s);
  return f.div(1, f.mul(root, f.sqrt(root)));
}

function checkLrn(shape: Shape, size: number): void {
  if (shape.length < 3 || size < 1) {
    throw new StriateError("shape", `LRN with size ${size} needs [batch, channels, ...], received ${shapeText(shape)}`);
  }
}

/**
 * Local response normalization across channels (Krizhevsky et al. 2012, section 3.3):
 * y = x s^-beta with s = bias + alpha / size * sum of x^2 over `size` neighbouring channels.
 */
export const lrn = defineOp({
  name: "LRN",
  inputs: ["X"],
  attributes: LRN,
  infer: ({ X }, { size }) => {
    checkLrn(X.shape, size);
    return [X];
  },
  reference: ({ X }, { alpha, beta, bias, size }) => {
    const sums = channelSums({ shape: X.shape, data: X.data.map((x) => x * x) }, ...reach(size));
    return [{ shape: X.shape, data: X.data.map((x, i) => x * (bias + (alpha / size) * at(sums, i)) ** -beta) }];
  },
  gradient: ({ g, X, attributes, dOutput }): { X: GradientThunk } => ({
    X: () => g.op(lrnGrad, [dOutput, X], attributes),
  }),
  lower: ({ g, inputs: { X }, attributes: { alpha, beta, bias, size }, target }): readonly Value[] | undefined => {
    if (target === "file") return undefined;
    const f = formula(g, X);
    const s = windowSums(g, f.mul(X, X), ...reach(size), alpha / size, bias);
    return [f.mul(X, inversePower(g, s, beta))];
  },
  cost: (node) => {
    const elements = sizeOf(at(node.outputs, 0).shape);
    return { multiplyAdds: 0, flops: elements * ((node.attributes.size as number) + 5) };
  },
  samples: [
    { name: "AlexNet's", inputs: [{ shape: [2, 7, 2, 2], low: -9, high: 9 }], attributes: { bias: 2, alpha: 0.05 } },
    { name: "an even window", inputs: [{ shape: [1, 5, 3, 2] }], attributes: { size: 4, alpha: 0.5, beta: 0.6 } },
    { name: "wider than the channels", inputs: [{ shape: [1, 2, 2, 2] }], attributes: { size: 7, alpha: 0.9 } },
  ],
});

/**
 * The gradient of LRN: dx = dy s^-beta - 2 alpha beta / size * x * sum of dy x s^(-beta-1) over the channels whose
 * window holds this one.
 */
export const lrnGrad = defineOp({
  name: "LRNGrad",
  domain: "striate",
  inputs: ["dY", "X"],
  attributes: LRN,
  infer: ({ X }) => [X],
  reference: ({ dY, X }, { alpha, beta, bias, size }) => {
    const { shape } = X;
    const [before, after] = reach(size);
    const s = channelSums({ shape, data: X.data.map((x) => x * x) }, before, after).map(
      (sum) => bias + (alpha / size) * sum,
    );
    const pulls = dY.data.map((dy, i) => dy * at(X.data, i) * at(s, i) ** (-beta - 1));
    const sums = channelSums({ shape, data: pulls }, after, before);
    const factor = (2 * alpha * beta) / size;
    const data = dY.data.map((dy, i) => dy * at(s, i) ** -beta - factor * at(X.data, i) * at(sums, i));
    return [{ shape, data }];
  },
  lower: ({ g, inputs: { dY, X }, attributes: { alpha, beta, bias, size } }) => {
    const f = formula(g, X);
    const [before, after] = reach(size);
    const s = windowSums(g, f.mul(X, X), before, after, alpha / size, bias);
    const scaled = f.mul(dY, inversePower(g, s, beta));
    const pulls = windowSums(g, f.div(f.mul(scaled, X), s), after, before, (2 * alpha * beta) / size, 0);
    return [f.sub(scaled, f.mul(X, pulls))];
  },
  cost: (node) => {
    const elements = sizeOf(at(node.outputs, 0).shape);
    return { multiplyAdds: 0, flops: elements * (2 * (node.attributes.size as number) + 10) };
  },
  samples: [
    {
      name: "an even window",
      inputs: [{ shape: [1, 5, 3, 2] }, { shape: [1, 5, 3, 2] }],
      attributes: { size: 4, alpha: 0.5 },
    },
  ],
});
