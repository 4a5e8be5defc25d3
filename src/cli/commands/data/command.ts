import { defineCommand } from "../../command.ts";
import { dataFlags } from "./flags.ts";

export const dataCommand = defineCommand({
  args: "<folder>",
  flags: dataFlags,
  examples: ["data pictures", "data pictures --sheet sheet.png --json"],
  run: async (context) => (await import("./report.ts")).reportData(context),
});
