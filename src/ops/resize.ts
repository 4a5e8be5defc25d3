import { StriateError } from "../errors.ts";
import {
  type AttributesOf,
  defineOp,
  float,
  floats,
  type GradientThunk,
  type GraphBuilder,
  int,
  ints,
  type Node,
  optionalInts,
  type Reals,
  string,
  type Value,
} from "../graph/index.ts";
import { at, normalizeAxis, shapeText, sizeOf, stridesOf, toNumbers } from "../tensor/index.ts";
import { add } from "./arithmetic.ts";
import { matMul } from "./matmul.ts";
import { reduceSum } from "./reduce.ts";
import { constantInts, reshape, reshapeTo } from "./reshape.ts";
import {
  type AxisResize,
  applyAxis,
  axisResizes,
  CROP_MODE,
  type Crop,
  checkRule,
  outside,
  repetition,
  transposed,
} from "./resizeAxis.ts";

const RULE = {
  mode: string<string>("nearest"),
  coordinate_transformation_mode: string<string>("half_pixel"),
  nearest_mode: string<string>("round_prefer_floor"),
  cubic_coeff_a: float(-0.75),
  exclude_outside: int(0),
  antialias: int(0),
};

const RESIZE = {
  ...RULE,
  axes: optionalInts,
  extrapolation_value: float(0),
  keep_aspect_ratio_policy: string<string>("stretch"),
};

const POLICIES = ["stretch", "not_larger", "not_smaller"];

interface ResizeInputs {
  readonly X: Value;
  readonly roi?: Value | undefined;
  readonly scales?: Value | undefined;
  readonly sizes?: Value | undefined;
}

interface Target {
  readonly shape: readonly number[];
  readonly scales: readonly number[];
  /** For each axis the part that is resized; empty where all is. */
  readonly crops: readonly Crop[];
}

/** `roi` has the starts along all axes, then the ends; it counts in one mode only. */
function cropsOf(roi: Value | undefined, along: readonly number[], rank: number, mode: string): Crop[] {
  if (mode !== CROP_MODE) return [];
  if (!roi?.constant || roi.shape[0] !== 2 * along.length) {
    throw new StriateError(
      "shape",
      `Resize: ${CROP_MODE} needs roi, a start and an end for each axis, known before a run, because shapes are static`,
    );
  }
  const numbers = toNumbers(roi.constant);
  const crops: Crop[] = Array.from({ length: rank }, () => [0, 1]);
  for (const [i, axis] of along.entries()) crops[axis] = [at(numbers, i), at(numbers, along.length + i)];
  return crops;
}

/**
 * The output's shape, and the scale along each axis, from `scales` or from `sizes`; an empty one counts as absent. Where
 * the aspect ratio is kept, `sizes` are the most or the least, and all axes have one scale.
 */
function targetOf({ X, roi, scales, sizes }: ResizeInputs, attributes: AttributesOf<typeof RESIZE>): Target {
  const { axes, keep_aspect_ratio_policy: policy, coordinate_transformation_mode: mode } = attributes;
  const along = (axes ?? [...X.shape.keys()]).map((axis) => normalizeAxis(axis, X.shape.length));
  const crops = cropsOf(roi, along, X.shape.length, mode);
  const bySizes = sizes !== undefined && sizes.shape[0] !== 0;
  const given = bySizes ? constantInts("Resize", "sizes", sizes) : scalesOf(scales);
  if (given.length !== along.length || given.some((number) => number <= 0)) {
    throw new StriateError(
      "shape",
      `Resize: ${bySizes ? "sizes" : "scales"} ${shapeText(given)} do not fit ${along.length} axes of ${shapeText(X.shape)}`,
    );
  }
  const shape = [...X.shape];
  const factors = X.shape.map(() => 1);
  const ratios = along.map((axis, i) => at(given, i) / at(X.shape, axis));
  const common = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
  for (const [i, axis] of along.entries()) {
    const size = at(X.shape, axis);
    const requested = policy === "stretch" ? at(given, i) : Math.floor(common * size + 0.5);
    const [start, end] = crops[axis] ?? [0, 1];
    shape[axis] = bySizes ? requested : Math.floor(size * (end - start) * at(given, i));
    factors[axis] = bySizes ? (policy === "stretch" ? requested / size : common) : at(given, i);
  }
  return { shape, scales: factors, crops };
}

function scalesOf(scales: Value | undefined): readonly number[] {
  if (!scales?.constant) {
    throw new StriateError("shape", "Resize: scales or sizes must be a constant, because shapes are static");
  }
  return [...toNumbers(scales.constant)];
}

/** `extrapolation_value` where an output lies outside of the input along any axis; there the matrices left 0. */
function withExtrapolation(
  result: Reals,
  from: readonly number[],
  { shape, scales, crops }: Target,
  attributes: AttributesOf<typeof RESIZE>,
): Reals {
  const { extrapolation_value: value } = attributes;
  if (crops.length === 0 || value === 0) return result;
  const beyond = shape.map((to, axis) =>
    outside(attributes, at(from, axis), to, at(scales, axis), crops[axis] ?? [0, 1]),
  );
  const strides = stridesOf(shape);
  const data = result.data.map((x, i) =>
    beyond.some((flags, axis) => flags[Math.floor(i / at(strides, axis)) % at(shape, axis)]) ? value : x,
  );
  return { shape, data };
}

function resizeReals(x: Reals, resizes: readonly AxisResize[]): Reals {
  return resizes.reduce<Reals>(
    ({ shape, data }, resize) => ({
      shape: shape.with(resize.axis, resize.to),
      data: applyAxis(data, shape, resize),
    }),
    x,
  );
}

/** The matrices as products, one axis after the other. */
function resizeByProducts(g: GraphBuilder, value: Value, resizes: readonly AxisResize[]): Value {
  return resizes.reduce((x, { axis, from, to, weights }) => {
    const matrix = g.numbers(x.dtype, [to, from], [...weights]);
    const outer = sizeOf(x.shape.slice(0, axis));
    const inner = sizeOf(x.shape.slice(axis + 1));
    const product = g.op(matMul, [matrix, reshapeTo(g, x, [outer, from, inner])]);
    return reshapeTo(g, product, x.shape.with(axis, to));
  }, value);
}

/**
 * The same for all axes between two Reshapes, for pictures. ONNX Runtime moves a Transpose before a Resize behind it, and
 * then interpolates along axes where it cannot, or looks for `axes` that are not there; it moves none past a Reshape.
 */
export function resizeApart(g: GraphBuilder, node: Node): Value | undefined {
  const [X, , scales, sizes] = node.inputs;
  const [output] = node.outputs;
  const attributes = node.attributes as AttributesOf<typeof RESIZE>;
  if (!X || !output || attributes.keep_aspect_ratio_policy !== "stretch") return undefined;
  if (attributes.mode === "nearest" && !attributes.axes) return undefined;
  if (attributes.antialias || attributes.coordinate_transformation_mode === CROP_MODE) return undefined;
  const [batch, channels, height = 1, width = 1] = X.shape;
  if (X.shape.length !== 4 || output.shape[0] !== batch || output.shape[1] !== channels) return undefined;
  const axes = attributes.axes?.map((axis) => normalizeAxis(axis, 4)) ?? [0, 1, 2, 3];
  const given = (value: Value | undefined) => (value?.constant && value.shape[0] !== 0 ? value : undefined);
  const last = (value: Value, otherwise: readonly number[]) => {
    const numbers = value.constant ? [...toNumbers(value.constant)] : [];
    return [2, 3].map((axis, i) => numbers[axes.indexOf(axis)] ?? at(otherwise, i));
  };
  const [bySizes, byScales] = [given(sizes), given(scales)];
  if (batch === 1 && attributes.mode === "cubic") {
    // Another Reshape would change nothing and be left out, and three axes are too few for cubic.
    return resizeByProducts(
      g,
      X,
      axisResizes(X.shape, output.shape, targetOf({ X, scales, sizes }, attributes).scales, attributes, []),
    );
  }
  const outer = batch === 1 ? [-1] : [1, -1];
  const maps = g.op(reshape, [X, g.int64s(...outer, height, width)]);
  const { axes: _, ...rule } = attributes;
  const resized = g.op(
    resize,
    bySizes
      ? [maps, undefined, undefined, g.int64s(...maps.shape.slice(0, -2), ...last(bySizes, [height, width]))]
      : [
          maps,
          undefined,
          byScales && g.numbers("float32", [maps.shape.length], [...outer.map(() => 1), ...last(byScales, [1, 1])]),
        ],
    rule,
  );
  return reshapeTo(g, resized, output.shape);
}

/**
 * Another size by the nearest element, or by linear or cubic interpolation along each axis. `scales` or `sizes` give the new one,
 * for all axes or for `axes`; `coordinate_transformation_mode` tells where an output lies in the input.
 */
export const resize = defineOp({
  name: "Resize",
  inputs: ["X"],
  optional: ["roi", "scales", "sizes"],
  attributes: RESIZE,
  infer: (inputs, attributes) => {
    if (!POLICIES.includes(attributes.keep_aspect_ratio_policy)) {
      throw new StriateError("usage", `Resize: keep_aspect_ratio_policy must be one of ${POLICIES.join(", ")}`);
    }
    checkRule(attributes);
    return [{ dtype: inputs.X.dtype, shape: targetOf(inputs, attributes).shape }];
  },
  reference: ({ X }, attributes, node) => {
    const [value, roi, scales, sizes] = node.inputs as [Value, Value?, Value?, Value?];
    const target = targetOf({ X: value, roi, scales, sizes }, attributes);
    const resized = resizeReals(X, axisResizes(X.shape, target.shape, target.scales, attributes, target.crops));
    return [withExtrapolation(resized, X.shape, target, attributes)];
  },
  gradient: ({ g, X, roi, scales, sizes, attributes, dOutput }): { X: GradientThunk } => ({
    X: () => {
      const { mode, coordinate_transformation_mode, nearest_mode, cubic_coeff_a, exclude_outside, antialias } =
        attributes;
      const target = targetOf({ X, roi, scales, sizes }, attributes);
      return g.op(resizeGrad, [dOutput], {
        ...{ mode, coordinate_transformation_mode, nearest_mode, cubic_coeff_a, exclude_outside, antialias },
        scales: target.scales,
        crops: target.crops.flat(),
        input_shape: X.shape,
      });
    },
  }),
  // Where the corners are to be aligned with an output that was rounded down, or the kernel is widened, ONNX Runtime does
  // not follow ONNX.
  lower: ({ g, inputs, attributes }): readonly Value[] | undefined => {
    const target = targetOf(inputs, attributes);
    const { shape, scales, crops } = target;
    const mode = attributes.coordinate_transformation_mode;
    const rounded = shape.some((size, axis) => size !== at(scales, axis) * at(inputs.X.shape, axis));
    const isOdd = (rounded && mode === "align_corners") || attributes.antialias !== 0 || mode === CROP_MODE;
    if (!isOdd) return undefined;
    const value = resizeByProducts(g, inputs.X, axisResizes(inputs.X.shape, shape, scales, attributes, crops));
    const bias = withExtrapolation(
      { shape, data: new Float64Array(sizeOf(shape)) },
      inputs.X.shape,
      target,
      attributes,
    );
    return [bias.data.some((x) => x !== 0) ? g.op(add, [value, g.numbers(value.dtype, shape, [...bias.data])]) : value];
  },
  cost: (node) => ({ multiplyAdds: 0, flops: 4 * sizeOf(at(node.outputs, 0).shape) }),
  samples: [
    { name: "nearest, twice", inputs: [{ shape: [1, 2, 2, 3] }, undefined, numbers(1, 1, 2, 2)] },
    {
      name: "nearest as upsampling does",
      inputs: [{ shape: [1, 2, 2, 3] }, undefined, numbers(1, 1, 3, 2)],
      attributes: { coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
    },
    ...["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"].map((nearest_mode) => ({
      name: `nearest ${nearest_mode}, to sizes`,
      inputs: [{ shape: [1, 1, 4, 6] }, undefined, undefined, sizes(1, 1, 7, 4)],
      attributes: { nearest_mode },
    })),
    ...["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric"].flatMap(
      (coordinate_transformation_mode) => [
        {
          name: `linear ${coordinate_transformation_mode}, larger`,
          inputs: [{ shape: [1, 2, 3, 4] }, undefined, undefined, sizes(1, 2, 6, 7)],
          attributes: { mode: "linear", coordinate_transformation_mode },
        },
        {
          name: `linear ${coordinate_transformation_mode}, smaller`,
          inputs: [{ shape: [1, 2, 5, 4] }, undefined, numbers(1, 1, 0.625, 0.5)],
          attributes: { mode: "linear", coordinate_transformation_mode },
        },
      ],
    ),
    ...[{}, { exclude_outside: 1, cubic_coeff_a: -0.5 }].map((attributes, i) => ({
      name: i === 0 ? "cubic" : "cubic, nothing outside",
      inputs: [{ shape: [1, 2, 4, 5] }, undefined, numbers(1, 1, 2, 0.8)],
      attributes: { mode: "cubic", ...attributes },
    })),
    ...["not_larger", "not_smaller"].map((keep_aspect_ratio_policy) => ({
      name: `linear, ${keep_aspect_ratio_policy}`,
      inputs: [{ shape: [1, 1, 3, 4] }, undefined, undefined, sizes(7, 8)],
      attributes: { mode: "linear", axes: [2, 3], keep_aspect_ratio_policy },
    })),
    ...["linear", "cubic"].map((mode) => ({
      name: `${mode}, antialiased`,
      inputs: [{ shape: [1, 2, 7, 9] }, undefined, undefined, sizes(1, 2, 3, 4)],
      attributes: { mode, antialias: 1 },
    })),
    {
      name: "linear, a crop that reaches out",
      inputs: [{ shape: [1, 2, 4, 5] }, numbers(0.25, -0.1, 0.75, 1.2), undefined, sizes(3, 4)],
      attributes: { mode: "linear", axes: [2, 3], coordinate_transformation_mode: CROP_MODE, extrapolation_value: 0.5 },
    },
    {
      name: "linear, to sizes",
      inputs: [{ shape: [2, 3, 3, 4] }, undefined, undefined, sizes(2, 3, 7, 5)],
      attributes: { mode: "linear" },
    },
    {
      name: "linear, two axes",
      inputs: [{ shape: [2, 2, 3, 3] }, undefined, numbers(2, 1.5)],
      attributes: { mode: "linear", axes: [2, 3] },
    },
  ],
});

function numbers(...values: readonly number[]) {
  return { shape: [values.length], values, constant: true } as const;
}

function sizes(...values: readonly number[]) {
  return { shape: [values.length], values, dtype: "int64", constant: true } as const;
}

function pairs(numbers: readonly number[]): Crop[] {
  return Array.from({ length: numbers.length / 2 }, (_, i) => [at(numbers, 2 * i), at(numbers, 2 * i + 1)]);
}

/** The gradient of Resize: its matrices transposed. `scales` has one number for each axis. */
export const resizeGrad = defineOp({
  name: "ResizeGrad",
  domain: "striate",
  inputs: ["dY"],
  attributes: { ...RULE, scales: floats([]), crops: floats([]), input_shape: ints([]) },
  infer: ({ dY }, { input_shape, scales }) => {
    if (input_shape.length !== dY.shape.length || scales.length !== input_shape.length) {
      throw new StriateError("shape", `ResizeGrad: ${shapeText(dY.shape)} does not fit ${shapeText(input_shape)}`);
    }
    return [{ dtype: dY.dtype, shape: input_shape }];
  },
  reference: ({ dY }, attributes) => {
    const { input_shape, scales } = attributes;
    const resizes = axisResizes(input_shape, dY.shape, scales, attributes, pairs(attributes.crops));
    return [resizeReals(dY, resizes.map(transposed))];
  },
  lower: ({ g, inputs: { dY }, attributes }) => {
    const { input_shape, scales } = attributes;
    const resizes = axisResizes(input_shape, dY.shape, scales, attributes, pairs(attributes.crops));
    const times = input_shape.map((_, axis) => {
      const resize = resizes.find((candidate) => candidate.axis === axis);
      return resize ? repetition(resize) : 1;
    });
    if (times.includes(undefined)) return [resizeByProducts(g, dY, resizes.map(transposed))];
    // Every input was repeated: the copies' gradients are added up.
    const split = reshapeTo(
      g,
      dY,
      input_shape.flatMap((size, axis) => (times[axis] === 1 ? [size] : [size, times[axis] ?? 1])),
    );
    let position = 0;
    const axes = times.flatMap((count) => {
      position += count === 1 ? 1 : 2;
      return count === 1 ? [] : [position - 1];
    });
    return [axes.length === 0 ? dY : g.op(reduceSum, [split, g.int64s(...axes)], { keepdims: 0 })];
  },
  cost: (node) => ({ multiplyAdds: 0, flops: 4 * sizeOf(node.inputs[0]?.shape ?? []) }),
  samples: [
    {
      name: "copies added up",
      inputs: [{ shape: [1, 2, 4, 6] }],
      attributes: { scales: [1, 1, 2, 3], input_shape: [1, 2, 2, 2] },
    },
    {
      name: "linear",
      inputs: [{ shape: [1, 2, 4, 6] }],
      attributes: { mode: "linear", scales: [1, 1, 2, 1.5], input_shape: [1, 2, 2, 4] },
    },
  ],
});
