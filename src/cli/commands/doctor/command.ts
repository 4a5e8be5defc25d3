import { defineCommand } from "../../command.ts";

export const doctorCommand = defineCommand({
  flags: {},
  examples: ["doctor", "doctor --json"],
  run: async (context) => (await import("./doctor.ts")).examine(context),
});
