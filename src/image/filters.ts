import { at } from "../tensor/shape.ts";

/** How a picture is resampled, beside "nearest", which weighs nothing. */
export type FilterName = "bilinear" | "bicubic" | "area" | "lanczos3";

interface Filter {
  /** Beyond this distance from the middle the weight is 0; in pixels of the source. */
  readonly support: number;
  weight(distance: number): number;
}

/** The weights by the distance x from the middle. */
const FILTERS: Readonly<Record<FilterName, Filter>> = {
  // 1 - |x|
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  // Keys's cubic convolution (1981) with a = -0.5, as Pillow and TensorFlow have it; PyTorch's without antialias is -0.75.
  bicubic: { support: 2, weight: (x) => cubic(Math.abs(x)) },
  // The mean of the pixels whose middles lie in the box.
  area: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  // sinc(x) sinc(x / 3)
  lanczos3: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function cubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/** Which source pixels make each target pixel along one axis. */
export interface Taps {
  /** The most source pixels of one target pixel. */
  readonly width: number;
  /** The first source pixel of each target pixel. */
  readonly first: Int32Array;
  /** How many there are of each target pixel. */
  readonly count: Int32Array;
  /** Weights, [targets, width]; of each target pixel they sum to 1. */
  readonly weights: Float64Array;
}

/** An axis to be resampled: `x` along the rows, `y` along the columns. */
export interface ResamplePass {
  readonly axis: "x" | "y";
  readonly taps: Taps;
}

/**
 * The taps for resampling `from` pixels to `to`, as in Pillow's `precompute_coeffs`: the middle of target pixel i lies at
 * (i + 0.5) * from / to in the source, and source pixel j's at j + 0.5. With `antialias`, a filter that makes a picture
 * smaller is as much wider. What lies outside the source has no weight.
 */
export function tapsOf(from: number, to: number, name: FilterName, antialias: boolean): Taps {
  const { support: radius, weight } = FILTERS[name];
  const scale = from / to;
  const stretch = antialias ? Math.max(scale, 1) : 1;
  const support = radius * stretch;
  const width = Math.ceil(support) * 2 + 1;
  const [first, count] = [new Int32Array(to), new Int32Array(to)];
  const weights = new Float64Array(to * width);
  for (let i = 0; i < to; i++) {
    const middle = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(middle - support + 0.5));
    const end = Math.min(from, Math.trunc(middle + support + 0.5));
    let sum = 0;
    for (let j = start; j < end; j++) {
      const w = weight((j - middle + 0.5) * (1 / stretch));
      weights[i * width + j - start] = w;
      sum += w;
    }
    if (sum !== 0) for (let k = i * width; k < (i + 1) * width; k++) weights[k] = at(weights, k) / sum;
    first[i] = start;
    count[i] = end - start;
  }
  return { width, first, count, weights };
}
