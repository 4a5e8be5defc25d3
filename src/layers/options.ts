import { unknownName, valueText, wholeNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { type DataFormat, imageDataFormat } from "./dataFormat.ts";

/** A number for both directions, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number];

/** @throws StriateError `usage` unless it is one or two whole numbers of at least `least`. */
export function wholePair(layer: string, option: string, value: Pair, least = 1): readonly [number, number] {
  const [a, b, ...rest] = Array.isArray(value) ? (value as readonly number[]) : [value as number, value as number];
  if (rest.length > 0)
    throw new StriateError("usage", `${layer}: ${option} takes one or two numbers, received ${valueText(value)}`);
  return [wholeNumber(layer, option, a, { least }), wholeNumber(layer, option, b, { least })];
}

/** @throws StriateError `usage` that lists the choices unless it is one of them. */
export function oneOf<T extends string>(layer: string, option: string, value: T, choices: readonly T[]): T {
  if (!choices.includes(value)) {
    throw new StriateError("usage", `${layer}: ${option} must be ${choices.join(", ")}; received ${valueText(value)}`);
  }
  return value;
}

export function dataFormatOf(layer: string, value: DataFormat = imageDataFormat()): DataFormat {
  return oneOf(layer, "dataFormat", value, ["channelsLast", "channelsFirst"]);
}

/** All four sides, [vertical, horizontal], or [[top, bottom], [left, right]]. */
export type Sides = Pair | readonly [readonly [number, number], readonly [number, number]];

/** @throws StriateError `usage` unless all are whole numbers of at least 0. */
export function wholeSides(layer: string, option: string, value: Sides) {
  const [vertical, horizontal] = Array.isArray(value)
    ? (value as readonly [Pair, Pair])
    : [value as Pair, value as Pair];
  const [top, bottom] = wholePair(layer, option, vertical, 0);
  const [left, right] = wholePair(layer, option, horizontal, 0);
  return { top, bottom, left, right };
}

/** There is nothing of that name: `dense: there is no activation "rellu"; did you mean "relu"? There are ...` */
export function unknownChoice(layer: string, what: string, given: unknown, known: readonly string[]): StriateError {
  return new StriateError("usage", `${layer}: ${unknownName(what, String(given), known).message}`);
}
