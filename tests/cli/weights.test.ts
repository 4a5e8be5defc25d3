import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BUNDLED_WEIGHTS, PUBLISHED_WEIGHTS } from "#striate/zoo/index";
import { failure, json, striate } from "../support/cli.ts";

const cwd = mkdtempSync(join(tmpdir(), "striate-weights-"));
const MOBILENET = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224";

// The command needs no network here: whatever these two files of the cache hold, no hash of them is published.
beforeAll(() => {
  process.env.STRIATE_CACHE = join(cwd, "cache");
  mkdirSync(join(cwd, "cache", "weights"), { recursive: true });
  for (const ending of ["", "_no_top"]) writeFileSync(join(cwd, "cache", "weights", `${MOBILENET}${ending}.h5`), "");
});
afterAll(() => rmSync(cwd, { recursive: true }));

test("weights lists what is published", async () => {
  const { stdout } = await striate(cwd, "weights");
  expect(stdout.trim().split("\n")).toHaveLength(Object.keys({ ...PUBLISHED_WEIGHTS, ...BUNDLED_WEIGHTS }).length);
  expect(stdout).toMatch(/^resnet18 +pth +https:\S+resnet18-f37072fd.pth$/m);
  expect(await json(cwd, "weights")).toContainEqual({
    net: "resnet18",
    format: "pth",
    preprocessing: "torch",
    url: PUBLISHED_WEIGHTS.resnet18?.top.url,
    hash: { algorithm: "sha256", digits: "f37072fd" },
  });
});

test("weights of a net says where its file is, with the classifier and without", async () => {
  const file = (ending: string) => join(cwd, "cache", "weights", `${MOBILENET}${ending}.h5`);
  expect((await striate(cwd, "weights", "mobilenet-v2")).stdout).toBe(`${file("")}\n`);
  expect(await json(cwd, "weights", "mobilenet-v2", "--no-include-top")).toEqual([
    { net: "mobilenet-v2", path: file("_no_top") },
  ]);
});

test("weights that come with Striate are said to, and are a file that loads", async () => {
  const [{ path } = {}] = await json(cwd, "weights", "efficientnet-lite0");
  expect((await striate(cwd, "weights")).stdout).toContain(
    `efficientnet-lite0 safetensors  comes with Striate: ${path}`,
  );
  const options = ["--model", "efficientnet-lite0"];
  await json(cwd, "convert", String(path), "lite.onnx", ...options);
  expect((await stat(join(cwd, "lite.onnx"))).size).toBeGreaterThan(4 * 4_600_000);
});

test("what has no published weights is told", async () => {
  await failure(2, 'there are no published weights of "lenet"; there are some of vgg16, ', cwd, "weights", "lenet");
  await failure(2, "--no-include-top needs the name of a net", cwd, "weights", "--no-include-top");
});
