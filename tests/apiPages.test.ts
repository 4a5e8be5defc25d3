// `npm run docs` makes pages of everything that a user can import, without a warning.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const json = (path: string) => JSON.parse(readFileSync(path, "utf8"));

test("the API pages have every entry of the package", () => {
  const entries = Object.entries<{ readonly default: string }>(json("package.json").exports);
  // What a browser's bundler makes a worker of: a program, which exports nothing.
  const modules = entries.filter(([name]) => name !== "./worker").map(([, target]) => target.default);
  const sources = modules.map((path) => path.replace("./dist/", "src/").replace(/\.js$/, ".ts"));
  expect([...json("typedoc.json").entryPoints].sort()).toEqual(sources.sort());
});

test("the API pages are made without a warning", { timeout: 180_000 }, () => {
  const typedoc = "node_modules/typedoc/bin/typedoc";
  const { status, stdout, stderr } = spawnSync(process.execPath, [typedoc, "--emit", "none"], { encoding: "utf8" });
  expect(`${stdout}${stderr}`).not.toMatch(/warning|error/i);
  expect(status).toBe(0);
});
