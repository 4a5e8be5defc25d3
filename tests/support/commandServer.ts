// One process for the commands of a test file that are refused: starting one for each takes most of their time.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Finished } from "./cli.ts";

let server: ChildProcess | undefined;
let last: Promise<unknown> = Promise.resolve();

/** Runs the command in a process that may have run others before. */
export function runInServer(cwd: string, args: readonly string[]): Promise<Finished> {
  const finished = last.then(() => ask(cwd, args));
  last = finished.catch(() => undefined);
  return finished;
}

async function ask(cwd: string, args: readonly string[]): Promise<Finished> {
  server ??= startServer();
  const [answer, exit] = [once(server, "message"), once(server, "exit")];
  server.send({ cwd, args });
  const ended = exit.then(([code, signal]) => {
    server = undefined;
    throw new Error(`striate ${args.join(" ")} ended the process with ${code ?? signal}`);
  });
  ended.catch(() => undefined);
  const [finished] = await Promise.race([answer, ended]);
  return finished as Finished;
}

function startServer(): ChildProcess {
  const { npm_lifecycle_event: _, ...env } = process.env;
  const program = fileURLToPath(new URL("commandServer.mjs", import.meta.url));
  const child = fork(program, [], { env, execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] });
  child.setMaxListeners(0);
  return child;
}
