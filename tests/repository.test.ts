import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** The committed files that are still there; git is told to trust the folder, whoever owns it. */
function committedFiles(): string[] {
  const list = execFileSync("git", ["-c", "safe.directory=*", "ls-files", "-z"], { encoding: "utf8" });
  return list.split("\0").filter((path) => path !== "" && existsSync(path));
}

test("no committed file names the machine that it was written on", () => {
  // Written with classes, so that this file does not match itself.
  const traces = [/(?<![\w.])[/](?:root|work)[/]/, /registry[.](?:npmjs|npmmirror|yarnpkg)/];
  const found = committedFiles().flatMap((path) => {
    const text = readFileSync(path, "latin1");
    return traces.flatMap((trace) => trace.exec(text)?.map((match) => `${path}: ${match}`) ?? []);
  });
  expect(found).toEqual([]);
});

test("the package that is installed holds what README says comes with it, and no tests", { timeout: 60_000 }, () => {
  const options = { encoding: "utf8", shell: process.platform === "win32" } as const;
  const [{ files }] = JSON.parse(execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], options));
  const paths: string[] = files.map(({ path }: { readonly path: string }) => path);
  for (const path of [
    "weights/efficientnet-lite0/weights.safetensors",
    "weights/efficientnet-lite0/classes.json",
    "weights/efficientnet-lite0/LICENSE",
    "weights/efficientnet-lite0/NOTICE",
    "datasets/fashion-mnist/train-images-idx3-ubyte.gz",
    "dist/cli/main.js",
    "dist/entries/striate.d.ts",
    "docs/striate_keras.py",
    "README.md",
    "LICENSE",
  ]) {
    expect(paths).toContain(path);
  }
  expect(paths.filter((path) => /^(tests|bench|scripts)\//.test(path))).toEqual([]);
});

test("the lockfile holds no download addresses", () => {
  expect(readFileSync("package-lock.json", "utf8")).not.toContain(`"resolved": "http`);
});
