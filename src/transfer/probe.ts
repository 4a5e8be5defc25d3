import { gradients } from "../autodiff/index.ts";
import type { Engine, Executable } from "../engine/index.ts";
import { type Graph, GraphBuilder } from "../graph/index.ts";
import { add, matMul, mul, reduceSum, sparseSoftmaxCrossEntropy } from "../ops/index.ts";
import { at, type Tensor, tensor } from "../tensor/index.ts";
import { checkAborted } from "../training/running.ts";
import { minimize, type Slope } from "./lbfgs.ts";
import { type Scaling, scalingOf } from "./scaling.ts";

/** A linear softmax classifier of features. */
export interface Probe {
  /** [features, classes] */
  readonly kernel: Tensor<"float32">;
  /** [classes] */
  readonly bias: Tensor<"float32">;
}

/** How a probe is fitted. */
export interface FitProbeOptions {
  /** Where to begin, such as the solution for another penalty. Default: zeros. */
  readonly start?: ProbePoint;
  /** It ends where no component of the gradient is larger. Default 1e-5. */
  readonly tolerance?: number;
}

/** Fits linear probes on one set of features: of all pictures or some, with any strength of the penalty. */
export interface ProbeFitter {
  /**
   * The minimum of the mean cross-entropy plus penalty / 2 times the squared length of the kernel, for standardized features:
   * logistic regression with several classes.
   * @param weights of each picture, 0 for those that it may not see
   */
  fit(weights: Float32Array, penalty: number, options?: FitProbeOptions): Promise<ProbePoint>;
  /** The logits of all pictures, [pictures, classes]. */
  logits(point: ProbePoint): Promise<Float32Array>;
  /** The classifier of the features as they are. */
  probeOf(point: ProbePoint): Probe;
  close(): Promise<void>;
}

/** Kernel and bias for standardized features, one after the other. */
export type ProbePoint = Float64Array;

/**
 * Prepares the fitting of probes on some features. The loss and its gradient are a graph, which the engine computes; the
 * minimum is found by L-BFGS.
 * @param features [pictures, features]
 * @param labels the class of each picture, from 0 to classes - 1
 */
export async function probeFitter(
  engine: Engine,
  features: Tensor<"float32">,
  labels: Int32Array,
  classes: number,
  signal?: AbortSignal,
): Promise<ProbeFitter> {
  const [count, size] = [at(features.shape, 0), at(features.shape, 1)];
  const scaling = scalingOf(features);
  const executable = await engine.compile(probeGraph(count, size, classes));
  await executable.writeState({
    features: scaling.apply(features),
    labels: tensor("int32", [count], labels.slice()),
  });
  const kernelSize = size * classes;
  const run = (point: ProbePoint, weights: Float32Array) => {
    checkAborted(signal, "fitting a probe");
    return executable.run(feedsOf(point, weights, [size, classes]));
  };
  return {
    async fit(weights, penalty, { start = new Float64Array(kernelSize + classes), tolerance = 1e-5 } = {}) {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      // A part of few pictures may have none in common with those that may be seen.
      if (total === 0) return start;
      const shares = weights.map((weight) => weight / total);
      const at = async (point: ProbePoint): Promise<Slope> => {
        const outputs = await run(point, shares);
        const gradient = new Float64Array(point.length);
        gradient.set((outputs.kernelGradient as Tensor<"float32">).data);
        gradient.set((outputs.biasGradient as Tensor<"float32">).data, kernelSize);
        let value = Number(outputs.loss?.data[0]);
        for (let i = 0; i < kernelSize; i++) {
          const w = point[i] ?? 0;
          value += (penalty / 2) * w * w;
          gradient[i] = (gradient[i] ?? 0) + penalty * w;
        }
        return { value, gradient };
      };
      return minimize(at, start, { tolerance });
    },
    async logits(point) {
      return (await run(point, new Float32Array(count))).logits?.data as Float32Array;
    },
    probeOf: (point) => unscaled(point, scaling, size, classes),
    close: () => executable.close(),
  };
}

function feedsOf(
  point: ProbePoint,
  weights: Float32Array,
  shape: readonly [number, number],
): Parameters<Executable["run"]>[0] {
  const [size, classes] = shape;
  return {
    kernel: tensor("float32", shape, Float32Array.from(point.subarray(0, size * classes))),
    bias: tensor("float32", [classes], Float32Array.from(point.subarray(size * classes))),
    weights: tensor("float32", [weights.length], Float32Array.from(weights)),
  };
}

/** The weighted sum of the cross-entropies of a linear classifier, and its gradients. */
function probeGraph(count: number, size: number, classes: number): Graph {
  const g = new GraphBuilder("probe");
  const features = g.state("features", "float32", [count, size]);
  const labels = g.state("labels", "int32", [count]);
  const kernel = g.input("kernel", "float32", [size, classes]);
  const bias = g.input("bias", "float32", [classes]);
  const weights = g.input("weights", "float32", [count]);
  const logits = g.op(add, [g.op(matMul, [features, kernel]), bias]);
  const losses = g.op(sparseSoftmaxCrossEntropy, [logits, labels]);
  const loss = g.op(reduceSum, [g.op(mul, [losses, weights]), g.int64s(0)], { keepdims: 0 });
  const [kernelGradient, biasGradient] = gradients(g, loss, [kernel, bias]);
  g.output("loss", loss);
  g.output("logits", logits);
  if (kernelGradient) g.output("kernelGradient", kernelGradient);
  if (biasGradient) g.output("biasGradient", biasGradient);
  return g.build();
}

/** The same classifier for features that are not standardized: (x - mean) / std is taken into kernel and bias. */
function unscaled(point: ProbePoint, { mean, std }: Scaling, size: number, classes: number): Probe {
  const kernel = new Float32Array(size * classes);
  const bias = Float64Array.from(point.subarray(size * classes));
  for (let feature = 0; feature < size; feature++) {
    for (let label = 0; label < classes; label++) {
      const i = feature * classes + label;
      const weight = (point[i] ?? 0) / (std[feature] ?? 1);
      kernel[i] = weight;
      bias[label] = (bias[label] ?? 0) - weight * (mean[feature] ?? 0);
    }
  }
  return {
    kernel: tensor("float32", [size, classes], kernel),
    bias: tensor("float32", [classes], Float32Array.from(bias)),
  };
}
