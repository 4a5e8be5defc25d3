// Pictures side by side under titles.
import { convertPixels, WHITE, withChannels } from "./channels.ts";
import type { Sides } from "./codec.ts";
import { sidesInside } from "./fit.ts";
import { blankImage, type Image, type ImageSize, imageSize } from "./image.ts";
import { paste } from "./paste.ts";
import { pixelPath, pixelWidth } from "./pixelFont.ts";
import { platformCodec } from "./platform.ts";
import { resizeImage } from "./resize.ts";

/** A picture of a figure. */
export interface Panel {
  readonly title: string;
  /** A smaller line under the title. */
  readonly subtitle?: string;
  /** uint8, 1, 3 or 4 channels. */
  readonly image: Image<"uint8">;
  /** Words at the middles of the picture's sides, outside it, clockwise from the top. */
  readonly sides?: readonly [top: string, right: string, bottom: string, left: string];
}

/** Sizes in pixels. */
interface Metrics {
  readonly margin: number;
  readonly title: number;
  readonly subtitle: number;
  /** Room for both lines above a picture. */
  readonly header: number;
  /** Room for the words at the sides of a picture. */
  readonly side: number;
}

/** Letters that can be read when the whole figure is looked at: larger in figures of more than 2000 x 600 pixels. */
function metricsOf(images: readonly Image[]): Metrics {
  const sizes = images.map(imageSize);
  const tallest = Math.max(1, ...sizes.map(({ height }) => height));
  const across = sizes.reduce((sum, { width }) => sum + width, 0);
  const scaled = (pixels: number) => Math.round(pixels * Math.max(1, tallest / 600, across / 2000));
  return { margin: scaled(24), title: scaled(18), subtitle: scaled(13), header: scaled(52), side: scaled(40) };
}

/** The most that a picture takes in a figure; larger ones are made smaller in their proportions. */
export interface FigureOptions {
  /** In pixels, default 480. */
  readonly maxHeight?: number;
  /** In pixels; without it any width. */
  readonly maxWidth?: number;
}

/**
 * Pictures in a row, each under its title; dark words on white. They are drawn by the platform's SVG renderer, which Node
 * has and browsers lack.
 *
 * @param panels those that are tiny are made larger
 * @returns uint8 [h, w, 3]
 * @throws StriateError `data` where the platform draws no SVG
 */
export async function figure(panels: readonly Panel[], options: FigureOptions = {}): Promise<Image<"uint8">> {
  const { maxHeight = 480, maxWidth = Number.POSITIVE_INFINITY } = options;
  const shown = panels.map((panel) => ({
    panel,
    image: panelImage(panel.image, { height: maxHeight, width: maxWidth }),
  }));
  const metrics = metricsOf(shown.map(({ image }) => image));
  const placed: Placed[] = [];
  let left = metrics.margin;
  for (const { panel, image } of shown) {
    const { width, height } = imageSize(image);
    const side = panel.sides ? metrics.side : 0;
    placed.push({ panel, image, left, width, height, side });
    // Pictures of one width are evenly apart, however long their titles are.
    const alike = shown.filter(
      (other) => imageSize(other.image).width === width && !other.panel.sides === !panel.sides,
    );
    const titles = alike.map((other) => textWidth(other.panel, metrics));
    left += Math.max(width + 2 * side, ...titles) + metrics.margin;
  }
  const tallest = Math.max(0, ...placed.map(({ height, side }) => height + 2 * side));
  const top = metrics.margin + metrics.header;
  const canvas = blankImage("uint8", { width: left, height: top + tallest + metrics.margin, channels: 3 });
  canvas.data.fill(255);
  for (const { image, left: x, side } of placed) paste(canvas, image, x + side, top + side);
  const words = placed.flatMap((place) => wordsOf(place, top, metrics));
  return laidOver(canvas, await lettering(words, imageSize(canvas)));
}

/** Some words and the place of their base line. */
interface Words {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly colour: string;
  readonly anchor: "start" | "middle";
  readonly weight: 400 | 600;
}

/** A clear picture with the words on it: in the machine's font, or in a plain one of ours where it has none. */
async function lettering(words: readonly Words[], size: ImageSize): Promise<Image<"uint8">> {
  const draw = (await hasFont()) ? inFont : inPixels;
  return drawing(words.map(draw).join(""), size);
}

/** Without a font every letter is the same box. */
async function hasFont(): Promise<boolean> {
  const letter = (text: string) => inFont({ text, x: 0, y: 20, size: 20, colour: DARK, anchor: "start", weight: 400 });
  const size = { width: 40, height: 40 };
  const [narrow, wide] = [await drawing(letter("i"), size), await drawing(letter("W"), size)];
  return narrow.data.some((value, i) => value !== wide.data[i]);
}

async function drawing(
  content: string,
  { width, height }: Pick<ImageSize, "width" | "height">,
): Promise<Image<"uint8">> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`;
  return convertPixels(await (await platformCodec()).drawSvg(svg), 4, WHITE);
}

function inFont({ text, x, y, size, colour, anchor, weight }: Words): string {
  const style = `font-size="${size}" font-weight="${weight}" fill="${colour}" text-anchor="${anchor}" ${FAMILY}`;
  return `<text x="${x}" y="${y}" ${style}>${text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</text>`;
}

const FAMILY = `font-family="Inter, Helvetica, Arial, 'DejaVu Sans', sans-serif"`;

function inPixels({ text, x, y, size, colour, anchor }: Words): string {
  const unit = size / 11;
  const left = anchor === "middle" ? x - (pixelWidth(text) * unit) / 2 : x;
  return `<path transform="translate(${left} ${y}) scale(${unit})" fill="${colour}" d="${pixelPath(text)}"/>`;
}

interface Placed {
  readonly panel: Panel;
  readonly image: Image<"uint8">;
  readonly left: number;
  readonly width: number;
  readonly height: number;
  readonly side: number;
}

function panelImage(image: Image<"uint8">, most: Sides): Image<"uint8"> {
  const { width, height } = imageSize(image);
  const colour = withChannels(image, 3);
  const times = Math.floor(Math.min(SMALL / height, (3 * SMALL) / width));
  if (times > 1) return resizeImage(colour, { width: width * times, height: height * times, method: "nearest" });
  if (height <= most.height && width <= most.width) return colour;
  return resizeImage(colour, sidesInside({ width, height }, most));
}

/** Pictures of at most half this height, and of at most one and a half times this width, are enlarged pixel by pixel. */
const SMALL = 224;

/** About as wide as the words above a picture are. */
function textWidth({ title, subtitle = "" }: Panel, metrics: Metrics): number {
  return Math.ceil(Math.max(title.length * metrics.title * 0.62, subtitle.length * metrics.subtitle * 0.53));
}

const [DARK, GREY] = ["#1b1f24", "#59636e"];

function wordsOf({ panel, left, width, height, side }: Placed, top: number, metrics: Metrics): Words[] {
  const start: Words = {
    text: panel.title,
    x: left,
    y: metrics.margin + metrics.title,
    size: metrics.title,
    colour: DARK,
    anchor: "start",
    weight: 600,
  };
  const small: Words = { ...start, size: metrics.subtitle, weight: 400 };
  const subtitle = { ...small, text: panel.subtitle ?? "", y: start.y + 1.1 * metrics.title, colour: GREY };
  const [x, y] = [left + side + width / 2, top + side + height / 2];
  const [across, along] = [(width + metrics.side) / 2, (height + metrics.side) / 2];
  const places = [
    [x, y - along],
    [x + across, y],
    [x, y + along],
    [x - across, y],
  ] as const;
  const sides = (panel.sides ?? []).map((text, i): Words => {
    const [atX, atY] = places[i] ?? [x, y];
    // Words whose middle, not their base line, lies there.
    return { ...small, text, x: atX, y: atY + 0.38 * metrics.subtitle, anchor: "middle" };
  });
  return [start, subtitle, ...sides];
}

/** A layer with alpha over a picture of the same size. */
function laidOver(canvas: Image<"uint8">, layer: Image<"uint8">): Image<"uint8"> {
  const out = canvas.data.slice();
  for (let i = 0, j = 0; i < out.length; i += 3, j += 4) {
    const alpha = (layer.data[j + 3] ?? 0) / 255;
    if (alpha === 0) continue;
    for (let c = 0; c < 3; c++) {
      out[i + c] = Math.round(alpha * (layer.data[j + c] ?? 0) + (1 - alpha) * (out[i + c] ?? 0));
    }
  }
  return { ...canvas, data: out };
}
