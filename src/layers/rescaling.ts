import { finiteNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { add, mul } from "../ops/index.ts";
import { type Shape, shapeText } from "../tensor/index.ts";
import { apiAxis, apiShape, numbersAlong } from "./feature.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";

/** One number for all, or one for each place along an axis. */
export type Numbers = number | readonly number[];

function finiteNumbers(layer: string, option: string, given: Numbers, least?: number): Numbers {
  if (typeof given === "number") return finiteNumber(layer, option, given, least === undefined ? {} : { least });
  return given.map((number) => finiteNumber(layer, option, number, least === undefined ? {} : { least }));
}

/** @throws StriateError `shape` unless there is one number for each place along the axis. */
function checkCount(option: string, given: Numbers, axis: number, input: Shape): void {
  const size = input[apiAxis(axis, input) - 1];
  if (typeof given === "number" || given.length === size) return;
  throw new StriateError(
    "shape",
    `its ${option} has ${given.length} numbers, but axis ${axis} of ${shapeText(input)} has ${size}`,
  );
}

/** The options of `rescaling`. */
export interface RescalingOptions extends LayerOptions {
  /** One factor, or one for each place along the last axis. */
  readonly scale: Numbers;
  /** Default 0. */
  readonly offset?: Numbers;
}

/**
 * x scale + offset, as Keras's Rescaling. Any shape.
 * @example rescaling({ scale: 1 / 127.5, offset: -1 }) // 0..255 to -1..1
 * @throws StriateError `shape` when a list does not fit the last axis.
 */
export function rescaling(options: RescalingOptions): Layer {
  const type = "rescaling";
  const checked = layerOptions(type, options, { scale: true, offset: true });
  const scale = finiteNumbers(type, "scale", options.scale);
  const offset = finiteNumbers(type, "offset", options.offset ?? 0);
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      checkCount("scale", scale, -1, input);
      checkCount("offset", offset, -1, input);
      return input;
    },
    build: ({ g }, input) => {
      const along = apiAxis(-1, apiShape(input));
      const scaled = g.op(mul, [input.value, numbersAlong(g, input, along, scale)]);
      if (offset === 0) return { ...input, value: scaled };
      return { ...input, value: g.op(add, [scaled, numbersAlong(g, input, along, offset)]) };
    },
  });
}
