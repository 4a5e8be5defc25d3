// What Node and browsers do differently is behind `#platform`; each file of the browser's side runs in Node as well.
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { platform as browser } from "#striate/platform/browser/index";
import { hex } from "#striate/platform/index";
import { platform as node } from "#striate/platform/node/index";
import { refusal } from "../support/fuzz.ts";
import { importsOf } from "../support/rooms.ts";

test("modules of Node are named in the platform's Node side, in the command, and in the engine that is Node's", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const naming = files
    .filter((name) => importsOf(name, readFileSync(`src/${name}`, "utf8")).some((module) => module.startsWith("node:")))
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => !/^(platform\/node|cli|engine\/onnxruntime)\//.test(name));
  expect(naming).toEqual([]);
});

describe("paths in a browser are those of POSIX:", () => {
  const PATHS = [
    "",
    "a",
    "/",
    "/a",
    "a/b.txt",
    "/a/b/",
    "a//b/./c",
    "../a",
    "a/../..",
    "/..",
    ".hidden",
    "a.b/c",
    "a.tar.gz",
  ];

  test.each(PATHS)("%j", (path) => {
    for (const name of ["dirname", "basename", "extname"] as const) {
      expect(browser.paths[name](path), name).toBe(posix[name](path));
    }
    // A slash at the end means nothing here.
    expect(browser.paths.join(path, "x", "../y")).toBe(posix.join(path, "x", "../y"));
    expect(browser.paths.resolve("/r", path)).toBe(posix.resolve("/r", path));
  });
});

test("SHA-256 is the same, of bytes and of their parts", async () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i * 7);
  async function* parts() {
    yield bytes.subarray(0, 10);
    yield bytes.subarray(10);
  }
  const hashes = [browser.hash("sha256", bytes), browser.hash("sha256", parts()), node.hash("sha256", parts())];
  const expected = hex(await node.hash("sha256", bytes));
  expect((await Promise.all(hashes)).map(hex)).toEqual([expected, expected, expected]);
});

test("what a browser cannot do says so, and what to do", async () => {
  const { files } = browser;
  const acts = [
    () => files.open("a"),
    () => files.readSync("a"),
    () => files.write("a", new Uint8Array()),
    () => files.list("a"),
    () => files.lock("a"),
  ];
  for (const act of acts) expect(await refusal(act)).toContain("usage: a browser has no folders and files by path");
  expect(await refusal(() => browser.hash("md5", new Uint8Array()))).toContain("usage: a browser has no md5");
  expect(await refusal(() => browser.cacheFolder())).toContain("usage: a browser has no folder for what is fetched");
  expect(browser.terminal()).toBeUndefined();
});

test("what comes with the package is fetched in a browser", async () => {
  const answers: Record<string, Response> = {
    "/there": new Response(Uint8Array.of(1, 2)),
    "/missing": new Response(null, { status: 404, statusText: "Not Found" }),
  };
  vi.stubGlobal("fetch", async (url: URL) => answers[url.pathname] ?? Promise.reject(new TypeError("Failed to fetch")));
  onTestFinished(() => void vi.unstubAllGlobals());
  const at = (path: string) => new URL(path, "https://example.org");
  expect(await browser.assets.read(at("/there"))).toEqual(Uint8Array.of(1, 2));
  expect(await refusal(() => browser.assets.read(at("/missing")))).toBe(
    "network: https://example.org/missing could not be fetched: the server answers 404 Not Found. It comes with Striate: " +
      "copy it there",
  );
  expect(await refusal(() => browser.assets.read(at("/other")))).toContain("could not be fetched; check the network");
  expect(await refusal(() => browser.assets.readSync(at("/there")))).toContain("usage: https://example.org/there");
});
