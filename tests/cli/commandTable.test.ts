// A command is loaded alone, so that its help is printed at once.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { COMMANDS } from "#striate/cli/commands/table";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

const asModule = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
const HOOK = asModule(
  "export async function load(url, context, next) { process._rawDebug(url); return next(url, context); }",
);
/** Has Node list every module that it loads on standard error. */
const LISTING = asModule(`import { register } from "node:module"; register(${JSON.stringify(HOOK)});`);

/** The modules that a command line loads, from `cli/` on where they are ours. */
function loadedBy(...args: readonly string[]): readonly string[] {
  const { stderr } = spawnSync(process.execPath, ["--import", LISTING, MAIN, ...args], { encoding: "utf8" });
  return stderr.split("\n").map((url) => url.replace(/^file:.*\/(?=(dist|node_modules)\/)/, ""));
}

const inCommands = (modules: readonly string[]) =>
  modules
    .filter((path) => path.startsWith("dist/cli/commands/"))
    .map((path) => path.slice("dist/cli/commands/".length));

test("the help of one command loads its options and no other command, no engine and no zod", () => {
  const modules = loadedBy("train", "--help");
  expect(inCommands(modules).sort()).toEqual(["table.js", "train/command.js", "train/flags.js"]);
  expect(modules.filter((path) => /onnxruntime|zod|sharp|tensor/.test(path))).toEqual([]);
});

test("the help of all loads none", () => {
  const modules = loadedBy("--help");
  expect(modules).toContain("dist/cli/main.js");
  expect(inCommands(modules)).toEqual(["table.js"]);
});

test("every command of the table has examples that begin with its name", async () => {
  for (const { name, load } of COMMANDS) {
    const { examples } = await load();
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(example.split(" ")[0]).toBe(name);
  }
});
