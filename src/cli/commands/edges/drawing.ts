import { basename } from "node:path";
import {
  addGaussianNoise,
  canny,
  correlate,
  directionColours,
  directionWheel,
  figure,
  type GradientOperator,
  type Gradients,
  gaussianBlur,
  gradients,
  type Image,
  imageSize,
  type Kernel,
  laplacian,
  laplacianOfGaussian,
  type Panel,
  renormalize,
  withChannels,
} from "../../../image/index.ts";
import type { Values } from "../../flags/flag.ts";
import type { EdgesFlags } from "./flags.ts";

type Operator = GradientOperator | "laplacian" | "log" | "canny";

/** What is drawn of each picture. */
export interface Drawing {
  readonly flags: Values<EdgesFlags>;
  readonly kernel?: { readonly kernel: Kernel; readonly isColour: boolean };
}

/** Of pictures beside each other. */
const GRID = { maxHeight: 480, maxWidth: 560, columns: "wrap" } as const;

/** The picture that one input becomes. @param colour uint8 [h, w, 3] */
export async function draw(colour: Image<"uint8">, drawing: Drawing): Promise<Image<"uint8">> {
  const { flags, kernel } = drawing;
  const source = prepared(kernel?.isColour ? colour : withChannels(colour, 1), flags);
  if (kernel) {
    const sums = correlate(source, kernel.kernel, { border: "reflect" });
    const response = renormalize(sums);
    const title = `Kernel ${basename(flags.kernel ?? "")}`;
    return flags.grid
      ? figure([original(colour), { title, subtitle: rangeText(sums), image: response }], GRID)
      : response;
  }
  const { operator } = flags;
  if (flags.grid) return figure(gridPanels(colour, source, operator, flags), GRID);
  if (isGradient(operator)) return drawGradients(gradients(source, { operator }), operator, flags);
  return edgeMap(source, operator, flags);
}

function prepared(image: Image<"uint8">, { noise, seed, blur, operator }: Values<EdgesFlags>): Image {
  const noisy = noise === undefined ? image : addGaussianNoise(image, { stddev: noise, seed });
  return blur === undefined || operator === "log" ? noisy : gaussianBlur(noisy, { sigma: blur });
}

async function drawGradients(both: Gradients, name: string, flags: Values<EdgesFlags>): Promise<Image<"uint8">> {
  if (flags.gx) return signed(both.gx);
  if (flags.gy) return signed(both.gy);
  if (!flags.direction) return renormalize(magnitudeOf(both));
  const { height } = imageSize(both.gx);
  return figure([directionPanel(both, name), legend(height)], { maxHeight: Math.max(height, GRID.maxHeight) });
}

/** Grey maps of the operators that have no direction: bright is an edge. */
function edgeMap(source: Image, operator: "laplacian" | "log" | "canny", flags: Values<EdgesFlags>): Image<"uint8"> {
  if (operator === "canny") return canny(source, { low: flags.low, high: flags.high });
  const response = operator === "log" ? laplacianOfGaussian(source, { sigma: flags.blur ?? 2 }) : laplacian(source);
  return renormalize({ ...response, data: response.data.map(Math.abs) });
}

function gridPanels(colour: Image<"uint8">, source: Image, operator: Operator, flags: Values<EdgesFlags>): Panel[] {
  if (operator === "laplacian" || operator === "log") {
    const title = operator === "log" ? "Laplacian of Gaussian" : "Laplacian";
    return [original(colour), { title, subtitle: "absolute value", image: edgeMap(source, operator, flags) }];
  }
  const by = operator === "canny" ? "sobel" : operator;
  const both = gradients(source, { operator: by });
  const magnitude = magnitudeOf(both);
  const towards = by === "roberts" ? ["to the upper left", "to the upper right"] : ["to the right", "downwards"];
  const panels: Panel[] = [
    original(colour),
    { title: "Gx", subtitle: `brighter ${towards[0]}, ${rangeText(both.gx)}`, image: signed(both.gx) },
    { title: "Gy", subtitle: `brighter ${towards[1]}, ${rangeText(both.gy)}`, image: signed(both.gy) },
    { title: "Magnitude", subtitle: `${capital(by)}, ${rangeText(magnitude)}`, image: renormalize(magnitude) },
    directionPanel(both, by),
    legend(Math.min(imageSize(colour).height, GRID.maxHeight)),
  ];
  if (operator !== "canny") return panels;
  const { low, high } = flags;
  const edges = { title: "Canny", subtitle: `thresholds ${low} and ${high}`, image: edgeMap(source, "canny", flags) };
  return [...panels, edges];
}

function original(image: Image<"uint8">): Panel {
  const { width, height } = imageSize(image);
  return { title: "Original", subtitle: `${width} x ${height}`, image };
}

function directionPanel(both: Gradients, operator: string): Panel {
  return {
    title: "Direction",
    subtitle: `${capital(operator)}, hue: where it gets brighter`,
    image: directionColours(both),
  };
}

/** The wheel of hues beside a picture of this height. */
function legend(height: number): Panel {
  const image = directionWheel(Math.max(120, Math.round(height / 4)));
  return { title: "Hues", image, sides: ["-90\u00b0", "0\u00b0", "90\u00b0", "180\u00b0"] };
}

function isGradient(operator: Operator): operator is GradientOperator {
  return operator !== "laplacian" && operator !== "log" && operator !== "canny";
}

function magnitudeOf({ gx, gy }: Gradients): Image<"float32"> {
  return { ...gx, data: gx.data.map((x, i) => Math.sqrt(x * x + (gy.data[i] ?? 0) ** 2)) };
}

/** Grey 128 for 0, and the largest value of either sign at an end of the scale. */
function signed({ shape, data }: Image<"float32">): Image<"uint8"> {
  const most = data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const scale = most === 0 ? 0 : 127 / most;
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) bytes[i] = Math.round(128 + (data[i] ?? 0) * scale);
  return { dtype: "uint8", shape, data: bytes };
}

function rangeText({ data }: Image<"float32">): string {
  const [low, high] = [data.reduce((a, b) => Math.min(a, b)), data.reduce((a, b) => Math.max(a, b))];
  return `${low.toFixed(0)} to ${high.toFixed(0)}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
