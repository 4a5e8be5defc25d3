import { FRACTION_BITS, LOW_BITS } from "../simd/fixedPoint.ts";
import { type Workspace, withRoom } from "../simd/kernels.ts";
import type { ResamplePass } from "./filters.ts";
import { blankImage, type Image, type ImageSize, imageSize } from "./image.ts";

/** A picture of bytes after the passes, one after the other, all of them in the kernels' memory. */
export function resampleBytes(image: Image, passes: readonly ResamplePass[]): Image {
  const steps: Step[] = [];
  let size = imageSize(image);
  for (const pass of passes) {
    const step = stepOf(pass, size);
    steps.push(step);
    size = step.target;
  }
  const out = blankImage("uint8", size);
  const room = steps.flatMap(({ source, beyond, first, weights }) => [
    bytesOf(source) + beyond,
    first.byteLength,
    weights.byteLength,
  ]);
  withRoom([...room, bytesOf(size)], (workspace) => {
    const memory = new Uint8Array(workspace.buffer);
    memory.set(image.data, workspace.parts[0]);
    for (const [i, step] of steps.entries()) run(step, workspace, workspace.parts.slice(3 * i, 3 * i + 4));
    const result = workspace.parts.at(-1) ?? 0;
    out.data.set(memory.subarray(result, result + out.data.length));
  });
  return out;
}

/** A pass with its tables, as the kernels take them. */
interface Step {
  readonly axis: ResamplePass["axis"];
  readonly source: ImageSize;
  readonly target: ImageSize;
  /** Source pixels of each target pixel, rounded up to what the kernel takes at a time. */
  readonly taps: number;
  /** Where they begin: in bytes along the rows, in rows along the columns. */
  readonly first: Int32Array;
  /** In fixed point, [2, targets, taps]: the high parts and the low parts. */
  readonly weights: Int16Array;
  /** How many bytes after the source the taps reach that weigh nothing. */
  readonly beyond: number;
}

const SCALE = 2 ** FRACTION_BITS;
const LOW = 2 ** LOW_BITS - 1;

function stepOf({ axis, taps: { first, count, width, weights } }: ResamplePass, source: ImageSize): Step {
  const { channels } = source;
  const atATime = axis === "y" ? 2 : channels === 1 ? 8 : 4;
  const most = count.reduce((a, b) => Math.max(a, b), 0);
  const taps = Math.ceil(most / atATime) * atATime;
  const split = new Int16Array(2 * first.length * taps);
  const low = split.subarray(first.length * taps);
  for (let i = 0; i < first.length; i++) {
    for (let tap = 0; tap < (count[i] ?? 0); tap++) {
      const weight = weights[i * width + tap] ?? 0;
      // Rounded to the nearest, halves away from 0.
      const fixed = Math.trunc(weight * SCALE + (weight < 0 ? -0.5 : 0.5));
      split[i * taps + tap] = fixed >> LOW_BITS;
      low[i * taps + tap] = fixed & LOW;
    }
  }
  const alongRows = axis === "x";
  return {
    axis,
    source,
    target: alongRows ? { ...source, width: first.length } : { ...source, height: first.length },
    taps,
    first: alongRows ? first.map((pixel) => pixel * channels) : first,
    weights: split,
    beyond: taps * (alongRows ? channels : rowOf(source)),
  };
}

function run(
  { axis, source, target, taps, first, weights }: Step,
  workspace: Workspace,
  parts: readonly number[],
): void {
  const { kernels, buffer } = workspace;
  const [from = 0, firstAt = 0, weightsAt = 0, to = 0] = parts;
  new Int32Array(buffer, firstAt).set(first);
  new Int16Array(buffer, weightsAt).set(weights);
  const { height, width, channels } = target;
  const stride = rowOf(source);
  if (axis === "y") kernels.resizeColumns(from, stride, to, height, firstAt, taps, weightsAt);
  else kernels.resizeRows(from, stride, to, height, width, channels, firstAt, taps, weightsAt);
}

/** Bytes of a row. */
function rowOf({ width, channels }: ImageSize): number {
  return width * channels;
}

function bytesOf(size: ImageSize): number {
  return size.height * rowOf(size);
}
