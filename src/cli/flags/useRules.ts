import { StriateError } from "../../errors.ts";
import { type Flags, type Given, optionName } from "./flag.ts";

/** When an option has a use, and why it has none otherwise. */
export type UseRule<F extends Flags> = readonly [option: keyof F & string, hasUse: boolean, why: string];

/** @throws StriateError `usage` for the first option that was given and has no use beside the others */
export function checkUses<F extends Flags>(given: Given<F>, rules: readonly UseRule<F>[]): void {
  const broken = rules.find(([option, hasUse]) => given[option] !== undefined && !hasUse);
  if (broken) throw new StriateError("usage", `${optionName(broken[0])} has no use here: ${broken[2]}`);
}
