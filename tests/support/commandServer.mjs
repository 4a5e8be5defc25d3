// Runs commands one after the other in one process, each as `striate` runs it in its own, so that the modules are loaded
// once. Told what to run by its parent; answers with the exit code and what was printed.
import { runCommandLine } from "../../dist/cli/commandLine.js";

const streams = ["stdout", "stderr"];

process.on("message", async ({ cwd, args }) => {
  process.chdir(cwd);
  const printed = { stdout: "", stderr: "" };
  for (const name of streams) {
    process[name].write = (chunk, ...rest) => {
      printed[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      rest.at(-1)?.();
      return true;
    };
  }
  const code = await runCommandLine(args);
  for (const name of streams) {
    delete process[name].write;
    process[name].removeAllListeners("error");
  }
  process.removeAllListeners("uncaughtException");
  process.send({ code, ...printed });
});
process.on("disconnect", () => process.exit());
