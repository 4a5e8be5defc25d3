import { StriateError } from "../errors.ts";
import { nameText } from "./names.ts";

/** Which numbers are taken: `least` and `most` belong to them, `above` and `below` do not. */
export interface NumberRange {
  readonly least?: number;
  readonly most?: number;
  readonly above?: number;
  readonly below?: number;
}

/**
 * A whole number in a range; at least 1 unless the range says otherwise. `where` is what has the option: `fit`, `conv2d`.
 * @throws StriateError `usage` unless it is one.
 */
export function wholeNumber(where: string, option: string, value: unknown, range: NumberRange = { least: 1 }): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && inRange(value, range)) return value;
  throw wrongNumber(where, option, "a whole number", range, value);
}

/** @throws StriateError `usage` unless it is a finite number in the range. */
export function finiteNumber(where: string, option: string, value: unknown, range: NumberRange = {}): number {
  if (typeof value === "number" && Number.isFinite(value) && inRange(value, range)) return value;
  throw wrongNumber(where, option, "a finite number", range, value);
}

function inRange(value: number, { least, most, above, below }: NumberRange): boolean {
  return (
    (least === undefined || value >= least) &&
    (most === undefined || value <= most) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below)
  );
}

function wrongNumber(where: string, option: string, kind: string, range: NumberRange, value: unknown): StriateError {
  return new StriateError(
    "usage",
    `${where}: ${option} must be ${kind}${rangeText(range)}, received ${valueText(value)}`,
  );
}

/** ` of at least 0 and less than 1`, or nothing. */
function rangeText({ least, most, above, below }: NumberRange): string {
  const lower = least !== undefined ? `of at least ${least}` : above !== undefined ? `above ${above}` : undefined;
  const upper = most !== undefined ? `at most ${most}` : below !== undefined ? `less than ${below}` : undefined;
  const parts = [lower, upper].filter((part) => part !== undefined);
  return parts.length === 0 ? "" : ` ${parts.join(" and ")}`;
}

/** A value of any type as a message shows it: short, on one line. */
export function valueText(value: unknown): string {
  if (typeof value === "string") return `"${nameText(value)}"`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  try {
    return nameText(JSON.stringify(value) ?? String(value));
  } catch {
    return "an object"; // one that contains itself, or a bigint
  }
}
