import { MOST_THREADS } from "../../engine/limits.ts";
import { number, sizesByName, text, wholeNumber, wholeNumbers } from "./kinds.ts";

/** What a net of the zoo may be given. */
export const netFlags = {
  kernelSize: wholeNumbers("K", "size of the convolutions' kernels: 5, or height,width", 1, 2),
  filters: wholeNumbers("20,50", "number of kernels of the first and of the second convolution", 2),
  activation: text("NAME", "activation of the inner layers: relu, tanh, sigmoid, ..."),
};

/** What is decoded. */
export const pictureFlags = {
  maxPixels: wholeNumber("N", "pixels above which a picture counts as unreadable (default: 100000000)"),
};

/** How much a file may become. */
export const memoryFlags = {
  maxBytes: wholeNumber("N", "most bytes that a file may become in memory (default: 256 MiB and 8 times its size)"),
};

/** What the file of a model may be given: the sizes that it leaves open, and room. */
export const openFlags = {
  ...memoryFlags,
  inputShape: wholeNumbers(
    "224,224,3",
    "shape of an input without the batch: height,width,channels, or what order an ONNX file has",
    1,
    4,
  ),
  bind: sizesByName("height=224,width=224", "sizes of an ONNX file's open dimensions, by their names"),
};

/** Where to compute. */
export const engineFlags = {
  engine: text("NAME", "engine to compute on; `striate doctor` lists them (default: the fastest there is)"),
  threads: wholeNumber("N", "threads that compute (default: one for each core)", 1, MOST_THREADS),
};

/** A number from 0 on, less than 1. */
export function fraction(value: string, about: string) {
  return number(value, about, "a number from 0 on and less than 1", (x) => x >= 0 && x < 1);
}

export function positive(value: string, about: string) {
  return number(value, about, "a number greater than 0", (x) => x > 0);
}
