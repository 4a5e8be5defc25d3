import { writeFileAtomic } from "../../formats/index.ts";
import type { Callback, EpochLog } from "./callback.ts";

/**
 * Keeps the history as a file of JSON, one line an epoch. It holds what the seed decides and nothing else (no times), so
 * that two equal runs have equal files; a resumed run goes on from its checkpoint's history.
 */
export function jsonlHistory({ path }: { readonly path: string }): Callback {
  const write = (history: readonly EpochLog[]) =>
    writeFileAtomic(path, new TextEncoder().encode(history.map((log) => `${JSON.stringify(log)}\n`).join("")));
  return {
    name: "jsonlHistory",
    onTrainBegin: ({ history }) => write(history),
    onEpochEnd: (_log, { history }) => write(history),
  };
}
