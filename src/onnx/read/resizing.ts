// Upsample and the older forms of Resize.
import { StriateError } from "../../errors.ts";
import { gather, resize } from "../../ops/index.ts";
import { at, toNumbers } from "../../tensor/index.ts";
import { addOne, addPlain, type Importer, input, int, intList, known, type NodeContext, text } from "./context.ts";

/** What Upsample and the first Resize did: a place in the output divided by the scale, rounded down. */
const FIRST_RULE = { coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };

function modeOf(context: NodeContext): string {
  const mode = text(context, "mode", "nearest");
  return mode === "bilinear" ? "linear" : mode;
}

/** Scales were an attribute before opset 9, two attributes before 7, an input then; from 10 on Resize is used. */
const upsample: Importer = (context) => {
  const { g, attributes, inputs } = context;
  const given = attributes.scales;
  const two = [int(context, "height_scale", 1), int(context, "width_scale", 1)];
  const list = Array.isArray(given) ? (given as readonly number[]) : inputs[1] ? undefined : [1, 1, ...two];
  const scales = list ? g.numbers("float32", [list.length], list) : inputs[1];
  return context.add(resize, [input(context, 0), undefined, scales], { mode: modeOf(context), ...FIRST_RULE });
};

const resized: Importer = (context) => {
  const { opset, inputs } = context;
  const X = input(context, 0);
  if (opset < 11) {
    return context.add(resize, [X, undefined, inputs[1]], { mode: modeOf(context), ...FIRST_RULE });
  }
  const mode = text(context, "coordinate_transformation_mode", "half_pixel");
  if (mode === "tf_half_pixel_for_nn") return nearestFromTensorFlow(context);
  const roi = mode === "tf_crop_and_resize" ? inputs[1] : undefined;
  return addPlain(context, [X, roi, inputs[2], inputs[3]]);
};

/** A rule of opsets 11 and 12: output x lies at (x + 0.5) / scale, where TensorFlow 1 put it. */
const nearestFromTensorFlow: Importer = (context) => {
  const X = input(context, 0);
  const [, , scales, sizes] = context.inputs;
  const bySizes = sizes !== undefined && sizes.shape[0] !== 0;
  const numbers = toNumbers(known(context, bySizes ? "sizes" : "scales", bySizes ? sizes : (scales ?? X)));
  if (text(context, "mode", "nearest") !== "nearest" || numbers.length !== X.shape.length) {
    throw new StriateError("data", "tf_half_pixel_for_nn is for mode nearest and a number for each axis");
  }
  const rounding = ROUNDINGS.get(text(context, "nearest_mode", "round_prefer_floor"));
  if (!rounding) throw new StriateError("data", `nearest_mode must be one of ${[...ROUNDINGS.keys()].join(", ")}`);
  const result = X.shape.reduce((value, from, axis) => {
    const [to, scale] = bySizes
      ? [at(numbers, axis), at(numbers, axis) / from]
      : [Math.floor(from * at(numbers, axis)), at(numbers, axis)];
    if (to === from && scale === 1) return value;
    context.spend(to);
    const places = Array.from({ length: to }, (_, x) => Math.min(rounding((x + 0.5) / scale), from - 1));
    return addOne(context, gather, [value, intList(context, places)], { axis });
  }, X);
  return [result];
};

const ROUNDINGS: ReadonlyMap<string, (place: number) => number> = new Map([
  ["round_prefer_floor", (place: number) => Math.ceil(place - 0.5)],
  ["round_prefer_ceil", (place: number) => Math.floor(place + 0.5)],
  ["floor", Math.floor],
  ["ceil", Math.ceil],
]);

export const RESIZING: Readonly<Record<string, Importer>> = { Upsample: upsample, Resize: resized };
