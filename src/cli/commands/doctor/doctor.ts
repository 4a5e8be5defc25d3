import { availableParallelism } from "node:os";
import { availability, chooseEngine, ENGINE_NAMES } from "../../../engine/index.ts";
import type { Context } from "../../context.ts";
import { DONE } from "../../exitCodes.ts";
import { commandText } from "../../terminal/invocation.ts";

interface EngineReport {
  readonly name: string;
  readonly available: boolean;
  readonly version: string | null;
  /** Why it is not available, and how to get it. */
  readonly reason: string | null;
}

/** `striate doctor`: the engines of this machine, the one that is used, and what would make it better. */
export async function examine({ output }: Context): Promise<number> {
  const node = process.versions.node;
  const cores = availableParallelism();
  const engines: EngineReport[] = [];
  for (const name of ENGINE_NAMES) {
    const { available, version = null, reason = null } = await availability(name);
    engines.push({ name, available, version, reason });
  }
  const chosen = await chooseEngine();
  const lines = engines.map(({ name, available, version, reason }) => {
    const state = available ? `available${version === null ? "" : `, version ${version}`}` : `missing: ${reason}`;
    return `  ${name === chosen ? "*" : " "} ${name.padEnd(12)} ${state}`;
  });
  const advice =
    engines[0]?.name === chosen
      ? "the fastest engine is available; there is nothing to do"
      : `a faster engine is missing: see ${engines[0]?.name} above`;
  const how = `To use another one: ${commandText("train --engine NAME")}`;
  output.result(
    { node, cores, engines, chosen },
    [`Node ${node}, ${cores} cores`, "engines, the fastest first (* is used):", ...lines, `${advice}. ${how}`].join(
      "\n",
    ),
  );
  return DONE;
}
