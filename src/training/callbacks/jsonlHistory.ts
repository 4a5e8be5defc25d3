import { checkOptions } from "../../checks/index.ts";
import { writeFileAtomic } from "../../files/atomic.ts";
import type { Callback, EpochLog } from "./callback.ts";
import { checkPath } from "./monitor.ts";

/**
 * Keeps the history as a file of JSON, one line an epoch. It holds what the seed decides and nothing else (no times), so
 * that two equal runs have equal files; a resumed run goes on from its checkpoint's history.
 */
export function jsonlHistory(options: { readonly path: string }): Callback {
  checkOptions("jsonlHistory", options, { path: true });
  const { path } = options;
  checkPath("jsonlHistory", path);
  const write = (history: readonly EpochLog[]) =>
    writeFileAtomic(path, new TextEncoder().encode(history.map((log) => `${JSON.stringify(log)}\n`).join("")));
  return {
    name: "jsonlHistory",
    onTrainBegin: ({ history }) => write(history),
    onEpochEnd: (_log, { history }) => write(history),
  };
}
