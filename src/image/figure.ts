// Pictures side by side under titles.
import { checkOptions } from "../checks/index.ts";
import { withChannels } from "./channels.ts";
import type { Sides } from "./codec.ts";
import { sidesInside } from "./fit.ts";
import { blankImage, type Image, imageSize } from "./image.ts";
import { DARK, GREY, lettered, type Words } from "./lettering.ts";
import { paste } from "./paste.ts";
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
function metricsOf(rows: readonly (readonly Sides[])[]): Metrics {
  const tallest = Math.max(1, ...rows.flat().map(({ height }) => height));
  const across = Math.max(0, ...rows.map((row) => row.reduce((sum, { width }) => sum + width, 0)));
  const scaled = (pixels: number) => Math.round(pixels * Math.max(1, tallest / 600, across / 2000));
  return { margin: scaled(24), title: scaled(18), subtitle: scaled(13), header: scaled(52), side: scaled(40) };
}

/** How a figure is laid out. */
export interface FigureOptions {
  /** The most that a picture takes, in pixels, default 480; larger ones are made smaller in their proportions. */
  readonly maxHeight?: number;
  /** In pixels; without it any width. */
  readonly maxWidth?: number;
  /**
   * Panels in a row: a number, or `wrap` for as many as bring the whole nearest to three to two, as screens are. Default: all of
   * them.
   */
  readonly columns?: number | "wrap";
  /** Over all panels. */
  readonly heading?: { readonly title: string; readonly subtitle?: string };
}

/**
 * Pictures in rows, each under its title; dark words on white. They are drawn by the platform's SVG renderer, which Node
 * has and browsers lack.
 *
 * @param panels those that are tiny are made larger
 * @returns uint8 [h, w, 3]
 * @throws StriateError `data` where the platform draws no SVG
 */
export async function figure(panels: readonly Panel[], options: FigureOptions = {}): Promise<Image<"uint8">> {
  checkOptions("figure", options, { maxHeight: true, maxWidth: true, columns: true, heading: true });
  const { maxHeight = 480, maxWidth = Number.POSITIVE_INFINITY, columns = panels.length, heading } = options;
  const shown = panels.map((panel): Shown => {
    const image = panelImage(panel.image, { height: maxHeight, width: maxWidth });
    return { ...imageSize(image), panel, image };
  });
  const { placed, width, height, metrics } =
    columns === "wrap" ? screenLike(shown, heading) : laidOut(shown, columns, heading);
  const canvas = blankImage("uint8", { width, height, channels: 3 });
  canvas.data.fill(255);
  for (const { image, left, top, side } of placed) paste(canvas, image, left + side, top + side);
  return lettered(canvas, [...headingWords(heading, metrics), ...placed.flatMap((place) => wordsOf(place, metrics))]);
}

type Heading = FigureOptions["heading"];

interface Shown extends Sides {
  readonly panel: Panel;
  readonly image: Image<"uint8">;
}

interface Placed extends Shown {
  readonly left: number;
  /** Where its title begins, and where its picture. */
  readonly titleTop: number;
  readonly top: number;
  /** Room around the picture for the words at its sides. */
  readonly side: number;
}

interface Layout extends Sides {
  readonly placed: readonly Placed[];
  readonly metrics: Metrics;
}

const SCREEN = 1.5;

/** The layout whose proportions are nearest to a screen's, of those whose rows are as even as they can be. */
function screenLike(shown: readonly Shown[], heading: Heading): Layout {
  const layouts = shown.map((_, i) => laidOut(shown, Math.ceil(shown.length / (i + 1)), heading));
  const distance = ({ width, height }: Layout) => Math.abs(Math.log(width / height / SCREEN));
  return layouts.reduce((best, next) => (distance(next) < distance(best) ? next : best), laidOut(shown, 1, heading));
}

function laidOut(shown: readonly Shown[], columns: number, heading: Heading): Layout {
  const rows: (readonly Shown[])[] = [];
  for (let i = 0; i < shown.length; i += columns) rows.push(shown.slice(i, i + columns));
  const metrics = metricsOf(rows);
  const sideOf = ({ panel }: Shown) => (panel.sides ? metrics.side : 0);
  // Pictures of one width are evenly apart, however long their titles are.
  const needed = shown.map(({ panel, width }) => {
    const alike = shown.filter((other) => other.width === width && !other.panel.sides === !panel.sides);
    const titles = alike.map((other) => textWidth(other.panel, metrics));
    return Math.max(width + (panel.sides ? 2 * metrics.side : 0), ...titles);
  });
  const widths = Array.from({ length: Math.min(columns, shown.length) }, (_, column) =>
    Math.max(...needed.filter((_, i) => i % columns === column)),
  );
  const placed: Placed[] = [];
  let top = metrics.margin + (heading ? metrics.header : 0);
  for (const row of rows) {
    const titleTop = top;
    // A row without subtitles needs no room for them.
    top += row.some(({ panel }) => panel.subtitle) ? metrics.header : metrics.header - metrics.subtitle;
    let left = metrics.margin;
    for (const [column, each] of row.entries()) {
      placed.push({ ...each, left, titleTop, top, side: sideOf(each) });
      left += (widths[column] ?? 0) + metrics.margin;
    }
    top += Math.max(...row.map((each) => each.height + 2 * sideOf(each))) + metrics.margin;
  }
  const across = widths.reduce((sum, width) => sum + width + metrics.margin, metrics.margin);
  const titled = heading ? textWidth(heading, metrics) + 2 * metrics.margin : 0;
  return { placed, width: Math.max(across, titled), height: top, metrics };
}

function panelImage(image: Image<"uint8">, most: Sides): Image<"uint8"> {
  const colour = enlarged(withChannels(image, 3));
  const { width, height } = imageSize(colour);
  if (height <= most.height && width <= most.width) return colour;
  return resizeImage(colour, sidesInside({ width, height }, most));
}

/** A tiny picture pixel by pixel as large as it can be looked at; any other as it is. */
export function enlarged(image: Image<"uint8">): Image<"uint8"> {
  const { width, height } = imageSize(image);
  const times = Math.floor(Math.min(SMALL / height, (3 * SMALL) / width));
  return times > 1 ? resizeImage(image, { width: width * times, height: height * times, method: "nearest" }) : image;
}

/** Pictures of at most half this height, and of at most one and a half times this width, are enlarged pixel by pixel. */
const SMALL = 224;

/** About as wide as the words above a picture are. */
function textWidth({ title, subtitle = "" }: Pick<Panel, "title" | "subtitle">, metrics: Metrics): number {
  return Math.ceil(Math.max(title.length * metrics.title * 0.62, subtitle.length * metrics.subtitle * 0.53));
}

function headingWords(heading: Heading, metrics: Metrics): Words[] {
  return heading ? titleWords(heading, metrics.margin, metrics.margin, metrics) : [];
}

/** The title and the line under it, from `top` on. */
function titleWords(
  { title, subtitle = "" }: Pick<Panel, "title" | "subtitle">,
  left: number,
  top: number,
  metrics: Metrics,
): [Words, Words] {
  const start: Words = {
    text: title,
    x: left,
    y: top + metrics.title,
    size: metrics.title,
    colour: DARK,
    anchor: "start",
    weight: 600,
  };
  const y = start.y + 1.1 * metrics.title;
  return [start, { ...start, text: subtitle, size: metrics.subtitle, weight: 400, y, colour: GREY }];
}

function wordsOf({ panel, left, titleTop, top, width, height, side }: Placed, metrics: Metrics): Words[] {
  const titles = titleWords(panel, left, titleTop, metrics);
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
    return { ...titles[1], text, colour: DARK, x: atX, y: atY + 0.38 * metrics.subtitle, anchor: "middle" };
  });
  return [...titles, ...sides];
}
