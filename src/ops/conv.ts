import { StriateError } from "../errors.ts";
import { type Cost, defineOp, type GradientThunk, ints, type Reals, type Value } from "../graph/index.ts";
import { at, type Shape, sizeOf, typeText } from "../tensor/index.ts";
import { CONV_ATTRIBUTES, type ConvGeometry, convGeometry } from "./convGeometry.ts";
import { lowerConvInputGrad, lowerConvWeightGrad } from "./convLowering.ts";
import { convGradSamples, convSamples } from "./convSamples.ts";
import { reduceSum } from "./reduce.ts";
import { tapTable, writtenOut } from "./windows.ts";

/** What a visit of `forEachPlane` gets: where the planes of the input, the output and the kernel begin. */
type PlaneVisit = (x: number, y: number, w: number) => void;

/** Every pair of an input plane and an output plane that a kernel plane connects. */
function forEachPlane({ batch, groups, inputs, outputs, windows }: ConvGeometry, visit: PlaneVisit): void {
  const [plane, positions, taps] = [sizeOf(windows.input), sizeOf(windows.output), sizeOf(windows.kernel)];
  for (let n = 0; n < batch; n++) {
    for (let filter = 0; filter < groups * outputs; filter++) {
      const group = Math.floor(filter / outputs);
      for (let i = 0; i < inputs; i++) {
        const channel = (n * groups + group) * inputs + i;
        visit(channel * plane, (n * groups * outputs + filter) * positions, (filter * inputs + i) * taps);
      }
    }
  }
}

/**
 * Convolution (cross-correlation, as in all of deep learning) of NCHW input with OIHW weights, any number of spatial
 * axes: y[n,o,p] = b[o] + sum over i and taps t of w[o,i,t] x[n,i,p * stride + t * dilation - pad]
 */
export const conv = defineOp({
  name: "Conv",
  inputs: ["X", "W"],
  optional: ["B"],
  attributes: CONV_ATTRIBUTES,
  infer: ({ X, W, B }, attributes) => {
    if (X.dtype !== W.dtype || (B && sizeOf(B.shape) !== W.shape[0])) {
      throw new StriateError(
        "shape",
        `Conv: ${typeText(X)}, weights ${typeText(W)}${B ? `, bias ${typeText(B)}` : ""} do not fit`,
      );
    }
    const { batch, windows } = convGeometry(X.shape, W.shape, attributes);
    return [{ dtype: X.dtype, shape: [batch, at(W.shape, 0), ...windows.output] }];
  },
  reference: ({ X, W, B }, attributes, node) => {
    const geometry = convGeometry(X.shape, W.shape, attributes);
    const table = tapTable(geometry.windows);
    const [taps, positions] = [sizeOf(geometry.windows.kernel), sizeOf(geometry.windows.output)];
    const { shape } = at(node.outputs, 0);
    const data = new Float64Array(sizeOf(shape));
    if (B) for (let i = 0; i < data.length; i++) data[i] = B.data[Math.floor(i / positions) % B.data.length] ?? 0;
    forEachPlane(geometry, (x, y, w) => {
      for (let p = 0; p < positions; p++) {
        let sum = 0;
        for (let t = 0; t < taps; t++) {
          const offset = table[p * taps + t] ?? 0;
          if (offset >= 0) sum += (W.data[w + t] ?? 0) * (X.data[x + offset] ?? 0);
        }
        data[y + p] = (data[y + p] ?? 0) + sum;
      }
    });
    return [{ shape, data }];
  },
  gradient: ({ g, X, W, attributes, dOutput }): { X: GradientThunk; W: GradientThunk; B: GradientThunk } => {
    const { kernel_shape: _, ...rest } = attributes;
    return {
      X: () => g.op(convInputGrad, [dOutput, W], { ...rest, input_shape: X.shape }),
      W: () => g.op(convWeightGrad, [dOutput, X], { ...rest, weight_shape: W.shape }),
      B: () => {
        const allButChannels = [...dOutput.shape.keys()].filter((axis) => axis !== 1);
        return g.op(reduceSum, [dOutput, g.int64s(...allButChannels)], { keepdims: 0 });
      },
    };
  },
  lower: ({ g, inputs: { X, W, B }, attributes }): readonly Value[] | undefined => {
    const explicit = writtenOut(attributes, convGeometry(X.shape, W.shape, attributes).windows);
    return explicit && [g.op(conv, [X, W, B], explicit)];
  },
  cost: (node) => convCost(at(node.outputs, 0).shape, node.inputs[1]?.shape ?? []),
  samples: convSamples((x, w, channels) => [{ shape: x }, { shape: w }, { shape: [channels] }]),
});

/** Every output element takes a multiply-add for each weight of its filter; both gradients take the same number. */
function convCost(outputs: Shape, weights: Shape): Cost {
  const multiplyAdds = sizeOf(outputs) * sizeOf(weights.slice(1));
  return { multiplyAdds, flops: 2 * multiplyAdds };
}

/** Every element of dY adds its filter, scaled, to the input elements that its window covers. */
export function convInputGradReals(dY: Reals, W: Reals, shape: Shape, geometry: ConvGeometry): Reals {
  const table = tapTable(geometry.windows);
  const [taps, positions] = [sizeOf(geometry.windows.kernel), sizeOf(geometry.windows.output)];
  const data = new Float64Array(sizeOf(shape));
  forEachPlane(geometry, (x, y, w) => {
    for (let p = 0; p < positions; p++) {
      const dy = dY.data[y + p] ?? 0;
      for (let t = 0; t < taps; t++) {
        const offset = table[p * taps + t] ?? 0;
        if (offset >= 0) data[x + offset] = (data[x + offset] ?? 0) + dy * (W.data[w + t] ?? 0);
      }
    }
  });
  return { shape, data };
}

const { kernel_shape: _kernel, ...GRADIENT_ATTRIBUTES } = CONV_ATTRIBUTES;

/** The gradient of Conv by its input: dx[n,i,q] = sum of w[o,i,t] dy[n,o,p] over all p and t that meet at q. */
export const convInputGrad = defineOp({
  name: "ConvInputGrad",
  domain: "striate",
  inputs: ["dY", "W"],
  attributes: { ...GRADIENT_ATTRIBUTES, input_shape: ints([]) },
  infer: ({ dY }, { input_shape }) => [{ dtype: dY.dtype, shape: input_shape }],
  reference: ({ dY, W }, attributes) => {
    const shape = attributes.input_shape;
    return [convInputGradReals(dY, W, shape, convGeometry(shape, W.shape, { ...attributes, kernel_shape: [] }))];
  },
  lower: ({ g, inputs: { dY, W }, attributes }) => {
    const geometry = convGeometry(attributes.input_shape, W.shape, { ...attributes, kernel_shape: [] });
    return [lowerConvInputGrad(g, dY, W, geometry)];
  },
  cost: (node) => convCost(node.inputs[0]?.shape ?? [], node.inputs[1]?.shape ?? []),
  samples: convGradSamples((x, w, y) => ({ inputs: [{ shape: y }, { shape: w }], attributes: { input_shape: x } })),
});

/** The gradient of Conv by its weights: dw[o,i,t] = sum over n and p of dy[n,o,p] x[n,i,p * stride + t * dilation - pad] */
export const convWeightGrad = defineOp({
  name: "ConvWeightGrad",
  domain: "striate",
  inputs: ["dY", "X"],
  attributes: { ...GRADIENT_ATTRIBUTES, weight_shape: ints([]) },
  infer: ({ dY }, { weight_shape }) => [{ dtype: dY.dtype, shape: weight_shape }],
  reference: ({ dY, X }, attributes) => {
    const shape = attributes.weight_shape;
    const geometry = convGeometry(X.shape, shape, { ...attributes, kernel_shape: [] });
    const table = tapTable(geometry.windows);
    const [taps, positions] = [sizeOf(geometry.windows.kernel), sizeOf(geometry.windows.output)];
    const data = new Float64Array(sizeOf(shape));
    forEachPlane(geometry, (x, y, w) => {
      for (let p = 0; p < positions; p++) {
        const dy = dY.data[y + p] ?? 0;
        for (let t = 0; t < taps; t++) {
          const offset = table[p * taps + t] ?? 0;
          if (offset >= 0) data[w + t] = (data[w + t] ?? 0) + dy * (X.data[x + offset] ?? 0);
        }
      }
    });
    return [{ shape, data }];
  },
  lower: ({ g, inputs: { dY, X }, attributes }) => {
    const geometry = convGeometry(X.shape, attributes.weight_shape, { ...attributes, kernel_shape: [] });
    return [lowerConvWeightGrad(g, dY, X, geometry)];
  },
  cost: (node) => convCost(node.inputs[0]?.shape ?? [], at(node.outputs, 0).shape),
  samples: convGradSamples((x, w, y) => ({ inputs: [{ shape: y }, { shape: x }], attributes: { weight_shape: w } })),
});
