import type { ActivationName } from "../../layers/index.ts";
import { flag } from "./flag.ts";
import { nameOf } from "./names.ts";
import { wholeNumbers } from "./numbers.ts";

/** What a net of the zoo may be given. */
export const netFlags = {
  kernelSize: flag(wholeNumbers("K", 1, 2), "size of the convolutions' kernels: 5, or height,width"),
  filters: flag(wholeNumbers("20,50", 2), "numbers of kernels of the first and the second convolution"),
  activation: flag(nameOf<ActivationName>(), "activation of the inner layers: relu, tanh, sigmoid, ..."),
};
