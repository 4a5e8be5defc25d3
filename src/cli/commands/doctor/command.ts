import { defineCommand } from "../../command.ts";

export const doctorCommand = defineCommand({
  name: "doctor",
  about: "Say which engines there are, which one is chosen, and how to get the others.",
  flags: {},
  examples: ["doctor", "doctor --json"],
  run: async (call) => (await import("./doctor.ts")).examine(call),
});
