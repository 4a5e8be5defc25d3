import { checkOptions } from "../../../checks/index.ts";
import type { RandomStream } from "../../../tensor/randomStream.ts";
import type { Picture } from "../picture.ts";
import type { Step } from "../step.ts";
import { brightened, contrasted, hueTurned, saturated } from "./colour.ts";
import { checkRange, defineStep, type StepOptions } from "./define.ts";

const CHANGES = { brightness: brightened, contrast: contrasted, saturation: saturated, hue: hueTurned } as const;

/** What `colorJitter` changes. */
export type JitterName = keyof typeof CHANGES;

/** How far each may be changed; 0 or nothing: not at all. */
export type JitterRanges = { readonly [name in JitterName]?: number };

/** One change: a factor, or the part of the circle that the hue turns by. */
export interface JitterChange {
  readonly name: JitterName;
  readonly amount: number;
}

/** What is done to a picture, in this order. */
export function drawJitter(ranges: JitterRanges, random: RandomStream): JitterChange[] {
  const amount = (name: JitterName, range: number) =>
    name === "hue" ? random.uniform(-range, range) : random.uniform(Math.max(0, 1 - range), 1 + range);
  const changes = (Object.keys(CHANGES) as JitterName[]).flatMap((name) => {
    const range = ranges[name] ?? 0;
    return range > 0 ? { name, amount: amount(name, range) } : [];
  });
  const inOrder: JitterChange[] = [];
  while (changes.length > 0) inOrder.push(...changes.splice(random.integer(changes.length), 1));
  return inOrder;
}

export function jittered(picture: Picture, changes: readonly JitterChange[], max: number): Picture {
  return changes.reduce((given, { name, amount }) => CHANGES[name](given, amount, max), picture);
}

/**
 * Changes brightness, contrast, saturation and hue, in random order, as torchvision's `ColorJitter`: the first three by a
 * factor from 1 - x to 1 + x (not below 0), the hue by a part of the circle from -x to x, at most 0.5. Default 0 each.
 * Values are cut to 0..max after each of them. Grey is 0.299 R + 0.587 G + 0.114 B as in Pillow, where torchvision takes
 * 0.2989 for red: results differ by less than 1/2000 of `max`, and grey pictures stay grey and as bright.
 */
export function colorJitter(
  options: StepOptions &
    JitterRanges & {
      /** The greatest value of a picture, default 1. */
      readonly max?: number;
    } = {},
): Step {
  checkOptions("colorJitter", options, {
    probability: true,
    brightness: true,
    contrast: true,
    saturation: true,
    hue: true,
    max: true,
  });
  const { brightness = 0, contrast = 0, saturation = 0, hue = 0, max = 1 } = options;
  for (const [name, value] of Object.entries({ brightness, contrast, saturation })) {
    checkRange("colorJitter", name, value, 0, Number.POSITIVE_INFINITY);
  }
  checkRange("colorJitter", "hue", hue, 0, 0.5);
  const ranges = { brightness, contrast, saturation, hue };
  return defineStep("colorJitter", options, (picture, random) => jittered(picture, drawJitter(ranges, random), max));
}
