import { blankImage, figure, type Image } from "../../../image/index.ts";
import type { LearningRateFound } from "../../../training/index.ts";

/** In pixels. */
const [WIDTH, HEIGHT] = [720, 400];

type Colour = readonly [red: number, green: number, blue: number];

/** Okabe and Ito's blue and vermilion, and greys. */
const [CURVE, MARK, SINGLE, GRID]: readonly [Colour, Colour, Colour, Colour] = [
  [0, 114, 178],
  [213, 94, 0],
  [190, 195, 200],
  [232, 234, 237],
];

/** The loss against the logarithm of the learning rate: of each step, smoothed, and the suggestion. */
export async function drawing(found: LearningRateFound, title: string): Promise<Image<"uint8">> {
  const { points, suggestion } = found;
  const canvas = blankImage("uint8", { height: HEIGHT, width: WIDTH, channels: 3 });
  canvas.data.fill(255);
  const rates = points.map(({ rate }) => Math.log10(rate));
  const [first = 0, last = 1] = [rates[0], rates.at(-1)];
  const smoothed = points.map((point) => point.smoothed);
  const start = smoothed[0] ?? 1;
  const least = Math.min(...smoothed);
  // Where it diverges it is cut off, so that the part to read has the room.
  const most = Math.max(start, Math.min(Math.max(...smoothed), start + (start - least)));
  const margin = 0.05 * (most - least || 1);
  const x = (rate: number) => ((rate - first) / (last - first || 1)) * (WIDTH - 1);
  const y = (loss: number) => (1 - (loss - least + margin) / (most - least + 2 * margin)) * (HEIGHT - 1);
  for (let power = Math.ceil(first); power <= last; power++)
    line(canvas, [x(power), 0], [x(power), HEIGHT - 1], GRID, 1);
  const place = x(Math.log10(suggestion));
  curve(
    canvas,
    points.map(({ loss }, i) => [x(rates[i] ?? 0), y(loss)]),
    SINGLE,
    1,
  );
  line(canvas, [place, 0], [place, HEIGHT - 1], MARK, 2);
  curve(
    canvas,
    smoothed.map((loss, i) => [x(rates[i] ?? 0), y(loss)]),
    CURVE,
    3,
  );
  const number = (value: number) => String(Number(value.toPrecision(2)));
  const span = `learning rate, ${number(10 ** first)} to ${number(10 ** last)}, a line at each power of 10`;
  return figure(
    [
      {
        title: `Loss against learning rate: ${title}`,
        subtitle: `suggested ${number(suggestion)} (orange); loss ${number(least)} to ${number(most)}, smoothed (blue)`,
        image: canvas,
        sides: ["", "", span, "loss"],
      },
    ],
    { maxWidth: WIDTH },
  );
}

type Point = readonly [x: number, y: number];

function curve(canvas: Image<"uint8">, points: readonly Point[], colour: Colour, thickness: number): void {
  for (const [i, to] of points.entries()) line(canvas, points[Math.max(0, i - 1)] ?? to, to, colour, thickness);
}

/** Squares along the way, near enough to each other to leave no gap. */
function line(canvas: Image<"uint8">, from: Point, to: Point, colour: Colour, thickness: number): void {
  const [height, width] = [HEIGHT, WIDTH];
  // What leads far outside is cut off at the border's side.
  const within = (value: number) => Math.min(2 * height, Math.max(-height, value));
  const [fromY, toY] = [within(from[1]), within(to[1])];
  const steps = Math.max(1, Math.ceil(Math.max(Math.abs(to[0] - from[0]), Math.abs(toY - fromY))));
  for (let step = 0; step <= steps; step++) {
    const left = Math.round(from[0] + ((to[0] - from[0]) * step) / steps - (thickness - 1) / 2);
    const top = Math.round(fromY + ((toY - fromY) * step) / steps - (thickness - 1) / 2);
    for (let y = Math.max(0, top); y < Math.min(height, top + thickness); y++) {
      for (let x = Math.max(0, left); x < Math.min(width, left + thickness); x++)
        canvas.data.set(colour, 3 * (y * width + x));
    }
  }
}
