import { StriateError } from "../../../errors.ts";
import type { Context } from "../../context.ts";
import { optionName, withDefaults } from "../../flags/flag.ts";
import { transferFlags } from "../transfer/flags.ts";
import { transferRun } from "../transfer/transfer.ts";
import type { TrainFlags } from "./flags.ts";

/** Options of `train` that `transfer` calls otherwise. */
const RENAMED: Readonly<Record<string, string>> = { imageSize: "size" };

/** What has no use where photos are read once. */
const WITHOUT_USE: readonly string[] = ["workers"];

/**
 * `striate train` as `striate transfer`: on photos without a net's name, and on a run of it.
 * @param why what an option that is about a net of its own is told
 * @throws StriateError `usage` for such an option
 */
export function trainByTransfer(context: Context<TrainFlags>, why: string): Promise<number> {
  const given: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(context.given)) {
    const name = RENAMED[key] ?? key;
    if (Object.hasOwn(transferFlags, name)) given[name] = value;
    else if (!WITHOUT_USE.includes(key)) throw new StriateError("usage", `${optionName(key)} ${why}`);
  }
  return transferRun({ ...context, args: [], given, flags: withDefaults(transferFlags, given) });
}
