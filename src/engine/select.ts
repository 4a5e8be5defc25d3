import { checkOptions, listed, type OptionNames, valueText, withHint } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { Engine, EngineOptions } from "./engine.ts";
import { ENGINE_OPTIONS, knowsOptions } from "./options.ts";
import { availability, checkEngineName, choicesOf, ENGINE_NAMES, type EngineName, startEngine } from "./table.ts";
import { workerEngine } from "./worker/host.ts";

/** The options of `selectEngine`. */
export interface SelectOptions extends EngineOptions {
  /** The engine to use. Default: the first of `ENGINE_NAMES` that is available with the other options. */
  readonly engine?: string;
  /** Run in the caller's thread, which then waits for every step. Default: in a worker. */
  readonly inline?: boolean;
}

export const SELECT_OPTIONS: OptionNames<SelectOptions> = { ...ENGINE_OPTIONS, engine: true, inline: true };

/**
 * The engine to run on.
 * @throws StriateError `usage` for an unknown engine, a device or precision that it does not know, or more than 1,024
 * threads, `engine` when it is not available, or not on this device
 */
export async function selectEngine(options: SelectOptions = {}): Promise<Engine> {
  checkOptions("selectEngine", options, SELECT_OPTIONS);
  const { engine, inline = false, ...given } = options;
  const name = engine === undefined ? await chooseEngine(given) : checkEngineName(engine);
  const { available, reason } = await availability(name, given);
  if (!available) {
    const where = given.device === undefined ? "" : ` on ${given.device}`;
    throw new StriateError("engine", `engine ${name} is not available${where}: ${reason}`);
  }
  return inline ? startEngine(name, given) : workerEngine(name, given);
}

/**
 * The name of the engine that is used when none is asked for: the first that is available with these options.
 * @throws StriateError `usage` for a device or precision that no engine knows, `engine` when no engine is available
 */
export async function chooseEngine(options: EngineOptions = {}): Promise<EngineName> {
  const candidates = ENGINE_NAMES.filter((name) => knowsOptions(choicesOf(name), options));
  if (candidates.length === 0) throw noEngine(options);
  const reasons: string[] = [];
  for (const name of candidates) {
    const { available, reason } = await availability(name, options);
    if (available) return name;
    reasons.push(`${name}: ${reason}`);
  }
  throw new StriateError("engine", `no engine is available; ${reasons.join("; ")}`);
}

/** Why no engine knows the options, and what there is instead. */
function noEngine({ device, precision }: EngineOptions): StriateError {
  const all = ENGINE_NAMES.map((name) => ({ name, ...choicesOf(name) }));
  const devices = [...new Set(all.flatMap((choices) => choices.devices))];
  const precisions = [...new Set(all.flatMap((choices) => choices.precisions))];
  const unknown = (verb: string, given: string | undefined, known: readonly string[]) =>
    given === undefined || known.includes(given)
      ? undefined
      : withHint(`no engine computes ${verb} ${valueText(given)}`, String(given), known, "there are");
  const each = all.map((choices) => `${choices.name} in ${listed(choices.precisions)} on ${listed(choices.devices)}`);
  return new StriateError(
    "usage",
    unknown("on", device, devices) ??
      unknown("in", precision, precisions) ??
      `no engine computes in ${precision} on ${device}; ${each.join("; ")}`,
  );
}
