import { type OptionNames, valueText, wholeNumber, withHint } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { EngineOptions, StartOptions } from "./engine.ts";
import { MOST_THREADS } from "./limits.ts";

/** What an engine can be asked for; of each the first is the default. */
export interface EngineChoices {
  /** What it can compute on, on machines that have it. */
  readonly devices: readonly [string, ...string[]];
  /** The types that it can compute in. */
  readonly precisions: readonly [string, ...string[]];
}

export const ENGINE_OPTIONS: OptionNames<EngineOptions> = { device: true, precision: true, threads: true };

/**
 * The options to start an engine with.
 * @throws StriateError `usage` for a device or precision that the engine does not know, and for threads that cannot be
 */
export function startOptions(
  engine: string,
  { devices, precisions }: EngineChoices,
  { device, precision, threads }: EngineOptions,
): StartOptions {
  if (threads !== undefined) wholeNumber("the engine", "threads", threads, { least: 1, most: MOST_THREADS });
  return {
    device: choice(`engine ${engine} does not compute on`, device, devices),
    precision: choice(`engine ${engine} does not compute in`, precision, precisions),
    threads,
  };
}

/** Whether an engine knows the device and the precision that are asked for. */
export function knowsOptions({ devices, precisions }: EngineChoices, { device, precision }: EngineOptions): boolean {
  return (
    (device === undefined || devices.includes(device)) && (precision === undefined || precisions.includes(precision))
  );
}

function choice(sentence: string, given: string | undefined, known: readonly [string, ...string[]]): string {
  if (given === undefined) return known[0];
  if (known.includes(given)) return given;
  throw new StriateError("usage", withHint(`${sentence} ${valueText(given)}`, String(given), known, "it knows"));
}
