import { flag } from "./flag.ts";
import { sizesByName, wholeNumber, wholeNumbers } from "./numbers.ts";

/** How much a file may become. */
export const memoryFlags = {
  maxBytes: flag(wholeNumber("N"), "most bytes that a file may take in memory", {
    otherwise: "256 MiB plus 8 times its size",
  }),
};

/** What the file of a model may be given: the sizes that it leaves open, and room. */
export const modelFileFlags = {
  ...memoryFlags,
  inputShape: flag(
    wholeNumbers("224,224,3", 1, 4),
    "shape of an input without the batch: height,width,channels, or what order an ONNX file has",
  ),
  bind: flag(sizesByName("height=224,width=224"), "sizes of an ONNX file's open dimensions, by their names"),
};
