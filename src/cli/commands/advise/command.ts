import { defineCommand } from "../../command.ts";
import { adviseFlags } from "./flags.ts";

export const adviseCommand = defineCommand({
  args: "[photos]",
  flags: adviseFlags,
  examples: ["advise photos", "advise photos --list suspects.csv", "advise photos --backbone mobilenet.keras --json"],
  run: async (context) => (await import("./advise.ts")).adviseOn(context),
});
