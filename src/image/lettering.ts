// Words on pictures, drawn by the platform's SVG renderer.
import { nameText } from "../checks/index.ts";
import { convertPixels, WHITE } from "./channels.ts";
import { type Image, type ImageSize, imageSize } from "./image.ts";
import { pixelPath, pixelWidth } from "./pixelFont.ts";
import { platformCodec } from "./platform.ts";

export const [DARK, GREY] = ["#1b1f24", "#59636e"];

/** Some words and the place of their base line. */
export interface Words {
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
  // Names of files may hold what no SVG may.
  return drawing(words.map((each) => draw({ ...each, text: nameText(each.text, 400) })).join(""), size);
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

/** A picture with words on it. */
export async function lettered(canvas: Image<"uint8">, words: readonly Words[]): Promise<Image<"uint8">> {
  return laidOver(canvas, await lettering(words, imageSize(canvas)));
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
