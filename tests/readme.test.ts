import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installedPackage, type User } from "./support/userFolder.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const README = readFileSync(`${root}/README.md`, "utf8");

/** The files of examples/, that of the first page first: its output is looked at. */
const examples = readdirSync(`${root}/examples`)
  .map((name) => ({ name, text: readFileSync(`${root}/examples/${name}`, "utf8") }))
  .sort((a, b) => Number(b.name === "lenet.ts") - Number(a.name === "lenet.ts"));
/** Blocks of lines for a shell, each with the heading that it stands under. */
const commandBlocks = blocks(/(?:^ {4}(?:\$ striate|npm) .*\n)+/gm);

function blocks(pattern: RegExp): { readonly under: string; readonly text: string }[] {
  return [...README.matchAll(pattern)].map((match) => ({
    under:
      README.slice(0, match.index)
        .match(/^## .*$/gm)
        ?.at(-1)
        ?.slice(3) ?? "",
    text: match[1] ?? match[0],
  }));
}

/** The lines of a block as the installed command; `npm start` and `npm test` by themselves are what .ci/run does. */
function commandsOf(text: string): string[] {
  const lines = text.trim().split("\n");
  const commands = lines.map((line) => line.replace(/\s+#.*$/, "").trim());
  return commands
    .filter((command) => command !== "npm start" && command !== "npm test")
    .map((command) => command.replace(/^(\$ striate|npm start --)/, "striate"));
}

let user: User;
beforeAll(() => {
  user = installedPackage();
});
afterAll(() => user.remove());

test("the code of README is files of examples/, the first that of the first page", () => {
  const files = examples.map(({ text }) => text);
  const code = blocks(/```ts\n([\s\S]*?)```/g).map(({ text }) => text);
  expect(code.filter((text) => !files.includes(text))).toEqual([]);
  expect(code[0]).toBe(files[0]);
});

test("every example has the right types, by itself", async () => {
  const folder = await user.folder();
  const compilerOptions = { module: "nodenext", target: "es2023", strict: true, noEmit: true, skipLibCheck: true };
  const config = { compilerOptions: { ...compilerOptions, types: ["node"] }, include: ["*.ts"] };
  await writeFile(`${folder}/tsconfig.json`, JSON.stringify(config));
  for (const [i, { text }] of examples.entries()) await writeFile(`${folder}/example${i}.ts`, text);
  const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
  expect(spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" }).stdout).toBe("");
});

describe("every example runs alone in a folder of the user's", () => {
  test.each(examples.map((example, i) => ({ ...example, i })))(
    "$name",
    async ({ text, i }) => {
      const folder = await user.folder();
      const { outputText } = ts.transpileModule(text, {
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
      });
      await writeFile(`${folder}/example.js`, outputText);
      const output = await user.run(folder, `"${process.execPath}" example.js`);
      if (i > 0) return;
      expect(output).toContain("1,256,080");
      expect(Number(/accuracy ([\d.]+)/.exec(output)?.[1])).toBeGreaterThan(0.78);
    },
    240_000,
  );
});

describe("the commands of every block run one after the other in a folder of the user's", () => {
  test.each(commandBlocks.map((block, i) => ({ ...block, i })))(
    "$under, commands $i",
    async ({ text }) => {
      const folder = await user.folder();
      for (const command of commandsOf(text)) await user.run(folder, command);
    },
    240_000,
  );
});
