import { at, type Tensor, tensor } from "../tensor/index.ts";

/** How features are standardized: each by its mean and standard deviation over the pictures. */
export interface Scaling {
  readonly mean: Float64Array;
  /** 1 for a feature that is the same in all pictures. */
  readonly std: Float64Array;
  apply(features: Tensor<"float32">): Tensor<"float32">;
}

/** @param features [pictures, features] */
export function scalingOf(features: Tensor<"float32">): Scaling {
  const [count, size] = [at(features.shape, 0), at(features.shape, 1)];
  const { data } = features;
  const mean = new Float64Array(size);
  const std = new Float64Array(size);
  for (let i = 0; i < data.length; i++) mean[i % size] = (mean[i % size] ?? 0) + (data[i] ?? 0) / count;
  for (let i = 0; i < data.length; i++) {
    const off = (data[i] ?? 0) - (mean[i % size] ?? 0);
    std[i % size] = (std[i % size] ?? 0) + (off * off) / count;
  }
  for (let feature = 0; feature < size; feature++) {
    const deviation = Math.sqrt(std[feature] ?? 0);
    std[feature] = deviation > 1e-7 * (Math.abs(mean[feature] ?? 0) + 1e-12) ? deviation : 1;
  }
  return {
    mean,
    std,
    apply(given) {
      const scaled = given.data.map((value, i) => (value - (mean[i % size] ?? 0)) / (std[i % size] ?? 1));
      return tensor("float32", given.shape, scaled);
    },
  };
}
