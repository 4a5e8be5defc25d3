import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The blocks of TypeScript in the README, in order. */
function examples(): string[] {
  const text = readFileSync(`${root}/README.md`, "utf8");
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);
}

test("the README's first example runs, and its net learns", () => {
  const [first = ""] = examples();
  expect(first).toContain("model.fit");
  // Inside the package, so that `striate` means this one.
  const folder = `${root}/dist/.readme`;
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(`${folder}/example.mjs`, first);
    const output = execFileSync(process.execPath, [`${folder}/example.mjs`], { encoding: "utf8" });
    expect(output).toContain("1,256,080");
    expect(Number(/accuracy ([\d.]+)/.exec(output.split("\n").at(-2) ?? "")?.[1])).toBeGreaterThan(0.78);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
