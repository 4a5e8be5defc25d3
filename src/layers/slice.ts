import { wholeNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import { type Shape, shapeText } from "../tensor/index.ts";
import { apiShape, axisInGraph } from "./feature.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";

/** The options of `slice`. */
export interface SliceOptions extends LayerOptions {
  /** For each axis after the batch, from where: negative from the end, `null` from its begin. Axes left out stay whole. */
  readonly begin?: readonly (number | null)[];
  /** Up to where, which is not taken any more; `null` to its end. */
  readonly end?: readonly (number | null)[];
  /** Every so many, at least 1. Default 1. */
  readonly strides?: readonly number[];
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/**
 * Part of a tensor, as NumPy's x[:, 1:3, ::2]: along each axis from `begin` to before `end`, clamped to what there is.
 * @example slice({ begin: [1, null], end: [3, null], strides: [1, 2] }) // x[:, 1:3, ::2]
 * @throws StriateError `shape` when the input has fewer axes, or nothing is left along one of them.
 */
export function slice(options: SliceOptions): Layer {
  const type = "slice";
  const checked = layerOptions(type, options, { begin: true, end: true, strides: true });
  const bounds = (name: "begin" | "end") =>
    (options[name] ?? []).map((place) =>
      place === null ? null : wholeNumber(type, name, place, { least: Number.MIN_SAFE_INTEGER }),
    );
  const [begin, end] = [bounds("begin"), bounds("end")];
  const strides = (options.strides ?? []).map((step) => wholeNumber(type, "strides", step));
  const longest = Math.max(begin.length, end.length, strides.length);
  const rangesOf = (input: Shape): readonly Range[] => {
    if (longest > input.length) {
      throw new StriateError("shape", `it takes parts of ${longest} axes, and its input is ${shapeText(input)}`);
    }
    return input.map((size, axis) => {
      const place = (given: number | null | undefined, otherwise: number) => {
        const at = given ?? otherwise;
        return Math.min(Math.max(at < 0 ? at + size : at, 0), size);
      };
      const [from, to] = [place(begin[axis], 0), place(end[axis], size)];
      if (from >= to) {
        throw new StriateError(
          "shape",
          `nothing is left of axis ${axis + 1} of ${shapeText(input)} from ${from} to before ${to}`,
        );
      }
      return { from, to, step: strides[axis] ?? 1 };
    });
  };
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => rangesOf(input).map(({ from, to, step }) => Math.ceil((to - from) / step)),
    build: ({ g }, input) => {
      const shape = apiShape(input);
      const taken = rangesOf(shape)
        .map((range, i) => ({ ...range, axis: axisInGraph(input, i + 1), size: shape[i] }))
        .filter(({ from, to, step, size }) => from > 0 || to !== size || step > 1);
      if (taken.length === 0) return input;
      const list = (of: (range: Range & { readonly axis: number }) => number) => g.int64s(...taken.map(of));
      const value = g.op(ops.slice, [
        input.value,
        list(({ from }) => from),
        list(({ to }) => to),
        list(({ axis }) => axis),
        list(({ step }) => step),
      ]);
      return { value, moved: input.moved };
    },
  });
}
