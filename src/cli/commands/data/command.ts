import { defineCommand } from "../../command.ts";
import { dataFlags } from "./flags.ts";

export const dataCommand = defineCommand({
  name: "data",
  about: "Look into a folder of pictures: classes, sizes, unreadable files, duplicates.",
  args: "<folder>",
  flags: dataFlags,
  examples: ["data pictures", "data pictures --sheet sheet.png --json"],
  run: async (call) => (await import("./report.ts")).reportData(call),
});
