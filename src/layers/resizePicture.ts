import type { GraphBuilder, Value } from "../graph/index.ts";
import { matMul, resize, transposeBy } from "../ops/index.ts";

export const INTERPOLATIONS = ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"] as const;

/** Keras's names; `bicubic` is Keys's kernel with a = -0.5, as on TensorFlow and JAX. */
export type PictureInterpolation = (typeof INTERPOLATIONS)[number];

/** What is standard in ONNX: without antialiasing. */
const RULES: Readonly<Partial<Record<PictureInterpolation, Readonly<Record<string, string | number>>>>> = {
  nearest: { mode: "nearest", nearest_mode: "round_prefer_ceil" },
  bilinear: { mode: "linear" },
  bicubic: { mode: "cubic", cubic_coeff_a: -0.5, exclude_outside: 1 },
};

/** [batch, channels, height, width] in another size. Pixels have their centres at 0.5, 1.5, ... */
export function resizePicture(
  g: GraphBuilder,
  x: Value,
  [height, width]: readonly [number, number],
  interpolation: PictureInterpolation,
  antialias: boolean,
): Value {
  const [, , fromHeight = 1, fromWidth = 1] = x.shape;
  if (height === fromHeight && width === fromWidth) return x;
  const smaller = height < fromHeight || width < fromWidth;
  const rule = antialias && smaller && interpolation !== "nearest" ? undefined : RULES[interpolation];
  if (rule) {
    if (height % fromHeight === 0 && width % fromWidth === 0) {
      const scales = g.numbers("float32", [4], [1, 1, height / fromHeight, width / fromWidth]);
      return g.op(resize, [x, undefined, scales], rule);
    }
    return g.op(resize, [x, undefined, undefined, g.int64s(height, width)], { ...rule, axes: [2, 3] });
  }
  const matrix = (from: number, to: number) =>
    g.numbers(x.dtype, [to, from], resampling(from, to, interpolation, antialias));
  const rows = g.op(matMul, [matrix(fromHeight, height), x]);
  return g.op(matMul, [rows, transposeBy(g, matrix(fromWidth, width), [1, 0])]);
}

interface Kernel {
  readonly radius: number;
  at(distance: number): number;
}

const KERNELS: Readonly<Record<PictureInterpolation, Kernel>> = {
  nearest: { radius: 0.5, at: () => 1 },
  bilinear: { radius: 1, at: (x) => 1 - x },
  bicubic: {
    radius: 2,
    at: (x) => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2),
  },
  lanczos3: { radius: 3, at: (x) => lanczos(x, 3) },
  lanczos5: { radius: 5, at: (x) => lanczos(x, 5) },
};

function lanczos(x: number, radius: number): number {
  if (x < 1e-3) return 1;
  return (radius * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / radius)) / (Math.PI * x) ** 2;
}

/**
 * Row-major [to, from]: what each output takes of the inputs. Weights have the sum 1, those beyond the borders not counted.
 * With antialiasing the kernel is as much wider as the picture becomes smaller.
 */
function resampling(from: number, to: number, interpolation: PictureInterpolation, antialias: boolean): number[] {
  const kernel = KERNELS[interpolation];
  const step = from / to;
  const width = antialias ? Math.max(step, 1) : 1;
  return Array.from({ length: to }, (_, i) => {
    const place = (i + 0.5) * step - 0.5;
    const row = Array.from({ length: from }, (_, j) => {
      const distance = Math.abs(place - j) / width;
      return distance < kernel.radius ? kernel.at(distance) : 0;
    });
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((weight) => weight / sum);
  }).flat();
}
