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

test("the lockfile holds no download addresses", () => {
  expect(readFileSync("package-lock.json", "utf8")).not.toContain(`"resolved": "http`);
});
