import { pictureFlags, positive } from "../../options/groups.ts";
import { number, oneOf, text, toggle, wholeNumber } from "../../options/kinds.ts";

const atLeast0 = (value: string, about: string) => number(value, about, "a number of at least 0", (x) => x >= 0);

export const edgesFlags = {
  out: {
    ...text("OUT", "picture to write, or a folder for many; - for standard output, as PNG (default: NAME-edges.png)"),
    short: "o",
  },
  operator: oneOf(
    ["sobel", "scharr", "prewitt", "roberts", "laplacian", "log", "canny"],
    "what finds the edges (default: sobel)",
  ),
  gx: toggle(
    "how fast it becomes brighter to the right (of roberts: to the upper left), in place of the magnitude; middle grey is 0",
  ),
  gy: toggle("how fast it becomes brighter downwards (of roberts: to the upper right); middle grey is 0"),
  direction: toggle("where it becomes brighter, as a hue, with the wheel of hues as legend"),
  kernel: text("FILE.json", "kernel of your own in place of an operator: rows of numbers, [[1,0],[0,-1]]"),
  noise: atLeast0("STDDEV", "add normal noise first, of so many grey values"),
  seed: wholeNumber("N", "seed of the noise (default: 0)", 0),
  blur: positive("SIGMA", "blur by a Gaussian of so many pixels first; of log its sigma (default of log: 2)"),
  low: atLeast0("T", "lower threshold of canny (default: 100)"),
  high: atLeast0("T", "upper threshold of canny (default: 200)"),
  ...pictureFlags,
  grid: toggle("the picture, both gradients, magnitude and direction on one sheet with titles"),
};

export type EdgesFlags = typeof edgesFlags;
