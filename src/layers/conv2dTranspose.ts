import { wholeNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { convTranspose } from "../ops/index.ts";
import type { Conv2dOptions } from "./conv2d.ts";
import { CONVOLUTION, convolution, KERNEL, KERNEL_TO_GRAPH, kernelOf } from "./convolution.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { layerOptions } from "./layerOptions.ts";
import { type Pair, wholePair } from "./options.ts";
import { extent, type Placement } from "./spatial.ts";

/** The options of `conv2dTranspose`. */
export interface Conv2dTransposeOptions extends Omit<Conv2dOptions, "groups"> {
  /** Rows and columns added at the end, fewer than the stride. Default: as many as give the sizes named below. */
  readonly outputPadding?: Pair;
}

/** What of the full output, stride (n - 1) + k' long, is cut off before and after it, and what is added after it. */
interface Edges {
  readonly before: number;
  readonly after: number;
  readonly added: number;
}

/** Keras's rule: `valid` cuts nothing off; `same` cuts both ends alike, of an odd number one more after the output. */
function edgesOf(placement: Placement, axis: 0 | 1, outputPadding: number | undefined): Edges {
  const [k, stride] = [extent(placement, axis), placement.strides[axis]];
  if (placement.padding === "valid") {
    return { before: 0, after: 0, added: outputPadding ?? Math.max(k, stride) - k };
  }
  const total = outputPadding === undefined ? stride + k - 2 : k + (k % 2) - 2 + outputPadding;
  const before = Math.min(Math.ceil(total / 2), k - 1);
  const rest = total - before - (k - 1);
  return { before: k - 1 - before, after: Math.max(0, -rest), added: Math.max(0, rest) };
}

/**
 * Transposed convolution, the way back from a convolution's output size to its input size, as Keras's Conv2DTranspose.
 *
 * Input [batch, height, width, channels]; output [batch, height', width', filters] with height' = height * stride for
 * `same`, and (height - 1) stride + max(k', stride) for `valid`, k' = (k - 1) dilation + 1. With `outputPadding` it is
 * (height - 1) stride + k' + outputPadding for `valid`, and 2 floor(k' / 2) less for `same`. Weights: kernel
 * [kernel height, kernel width, filters, channels] and bias [filters].
 * @throws StriateError `usage` for an option that cannot be, `shape` for an input that does not fit.
 */
export function conv2dTranspose(options: Conv2dTransposeOptions): Layer {
  const type = "conv2dTranspose";
  const checked = layerOptions(type, options, { ...CONVOLUTION, ...KERNEL, filters: true, outputPadding: true });
  const filters = wholeNumber(type, "filters", options.filters);
  const { placement, picture, shapeOf, bias, build } = convolution(type, options);
  const kernel = kernelOf(type, options);
  const outputPadding =
    options.outputPadding === undefined ? undefined : wholePair(type, "outputPadding", options.outputPadding, 0);
  if (outputPadding?.some((added, axis) => added >= (placement.strides[axis] ?? 1))) {
    throw new StriateError(
      "usage",
      `${type}: outputPadding ${outputPadding.join("x")} must be less than the strides ${placement.strides.join("x")}`,
    );
  }
  const vertical = edgesOf(placement, 0, outputPadding?.[0]);
  const horizontal = edgesOf(placement, 1, outputPadding?.[1]);
  const outputSize = (size: number, axis: 0 | 1, { before, after, added }: Edges) =>
    placement.strides[axis] * (size - 1) + extent(placement, axis) - before - after + added;
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      const given = picture(input);
      const height = outputSize(given.height, 0, vertical);
      const width = outputSize(given.width, 1, horizontal);
      if (height >= 1 && width >= 1) return shapeOf({ height, width, channels: filters });
      throw new StriateError(
        "shape",
        `its output would be ${height}x${width}, because outputPadding and padding "same" leave nothing of its ` +
          `input of ${given.height}x${given.width}; leave outputPadding out`,
      );
    },
    weights: (input) => {
      const shape = [...placement.kernel, filters, picture(input).channels];
      return [kernel(shape, KERNEL_TO_GRAPH), ...bias(filters)];
    },
    build: (context, input) => {
      const { g, weight } = context;
      const attributes = {
        strides: placement.strides,
        dilations: placement.dilations,
        pads: [vertical.before, horizontal.before, vertical.after, horizontal.after],
        output_padding: [vertical.added, horizontal.added],
      };
      return build(context, input, (x, b) => g.op(convTranspose, [x, weight("kernel"), b], attributes));
    },
  });
}
