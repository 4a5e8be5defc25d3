import { type Engine, type SelectOptions, selectEngine } from "../engine/index.ts";
import type { Context } from "./context.ts";
import { defined } from "./defined.ts";

/** The engine that the options of a command ask for; it is closed when the command ends. */
export async function openEngine(
  { atEnd }: Pick<Context, "atEnd">,
  { engine, threads }: Pick<SelectOptions, "engine" | "threads">,
): Promise<Engine> {
  const opened = await selectEngine(defined({ engine, threads }));
  atEnd(() => opened.close());
  return opened;
}
