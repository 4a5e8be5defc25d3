import { flag } from "../../flags/flag.ts";
import { oneOf, text, toggle } from "../../flags/names.ts";
import { atLeast0, positive, wholeNumber } from "../../flags/numbers.ts";
import { pictureFlags } from "../../flags/pictureFlags.ts";

export const edgesFlags = {
  out: flag(text("OUT"), "picture to write, or a folder for many; - for standard output, as PNG", {
    short: "o",
    otherwise: "NAME-edges.png",
  }),
  operator: flag(oneOf("sobel", "scharr", "prewitt", "roberts", "laplacian", "log", "canny"), "what finds the edges", {
    default: "sobel",
  }),
  gx: flag(
    toggle,
    "how fast it gets brighter to the right (with roberts to the upper left), in place of the magnitude; middle grey is 0",
  ),
  gy: flag(toggle, "how fast it gets brighter downwards (with roberts to the upper right); middle grey is 0"),
  direction: flag(toggle, "the direction in which it gets brighter, as a hue, with the wheel of hues as a legend"),
  kernel: flag(text("FILE.json"), "kernel of your own in place of an operator: rows of numbers, [[1,0],[0,-1]]"),
  noise: flag(atLeast0("STDDEV"), "first add normal noise with this standard deviation, in grey values"),
  seed: flag(wholeNumber("N", 0), "seed of the noise", { default: 0 }),
  blur: flag(positive("SIGMA"), "first blur by a Gaussian with this sigma, in pixels; with log, the operator's sigma", {
    otherwise: "none; with log 2",
  }),
  low: flag(atLeast0("T"), "lower threshold of canny", { default: 100 }),
  high: flag(atLeast0("T"), "upper threshold of canny", { default: 200 }),
  ...pictureFlags,
  grid: flag(toggle, "the picture, both gradients, magnitude and direction on one sheet with titles"),
};

export type EdgesFlags = typeof edgesFlags;
