import { StriateError } from "../errors.ts";
import { oneOf } from "./options.ts";

/** `valid`: windows lie inside the picture. `same`: zeros around it, so that stride 1 keeps its size. */
export type Padding = "valid" | "same";

export function paddingOf(layer: string, value: Padding = "valid"): Padding {
  return oneOf(layer, "padding", value, ["valid", "same"]);
}

type Two = readonly [vertical: number, horizontal: number];

/** How a window is laid over a picture. */
export interface Placement {
  readonly kernel: Two;
  readonly strides: Two;
  readonly dilations: Two;
  readonly padding: Padding;
}

/** A placement as ONNX's Conv says it. */
export function convAttributes({ strides, dilations, padding }: Placement) {
  return { strides, dilations, auto_pad: padding === "same" ? "SAME_UPPER" : "NOTSET" };
}

export function extent({ kernel, dilations }: Placement, axis: 0 | 1): number {
  return (kernel[axis] - 1) * dilations[axis] + 1;
}

/** The number of windows in both directions: ceil(n / s) for `same`, floor((n - k') / s) + 1 for `valid`. */
export function spatialSize(input: Two, placement: Placement): [number, number] {
  const size = (axis: 0 | 1) => {
    const stride = placement.strides[axis];
    if (placement.padding === "same") return Math.ceil(input[axis] / stride);
    return Math.floor((input[axis] - extent(placement, axis)) / stride) + 1;
  };
  return [size(0), size(1)];
}

/** @throws StriateError `shape` when a window without padding is larger than the picture; says what would fit. */
export function checkKernelFits(option: string, input: Two, placement: Placement): void {
  const [height, width] = [extent(placement, 0), extent(placement, 1)];
  if (placement.padding === "same" || (height <= input[0] && width <= input[1])) return;
  const dilated = placement.dilations.some((rate) => rate > 1) ? ` (${height}x${width} with its dilation)` : "";
  throw new StriateError(
    "shape",
    `its ${option} ${placement.kernel.join("x")}${dilated} is larger than its input of ${input.join("x")}; ` +
      `use at most ${input.join("x")}, or padding "same", or pool less before it`,
  );
}
