import { defineCommand } from "../../command.ts";
import { transferFlags } from "./flags.ts";

export const transferCommand = defineCommand({
  args: "[photos]",
  flags: transferFlags,
  examples: [
    "transfer photos",
    "transfer photos --strategy fineTuneLast --epochs 20",
    "transfer photos --backbone mobilenet.keras --cut out_relu --fit crop",
    "transfer photos --folds 5 --json",
    "transfer --resume --out runs/transfer-photos",
  ],
  run: async (context) => (await import("./transfer.ts")).transferRun(context),
});
