// A run's folder: who may write into it, and what is in it at every moment.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectFailure, failure, json, SMALL, start, startInShell, striate, writeData } from "../support/cli.ts";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "striate-runs-"));
  await writeData(join(cwd, "data"));
});
afterAll(() => rm(cwd, { recursive: true }));

const text = (...path: string[]) => readFile(join(cwd, ...path), "utf8");

describe("one process at a time trains a run:", () => {
  test("of two that are started into one folder one runs, and the other says why it does not", async () => {
    const train = () => start(cwd, "train", ...SMALL, "--epochs", "2", "--out", "runs/both");
    const ended = await Promise.all([train(), train()].map(({ finished }) => finished));
    expect(ended.map(({ code }) => code).sort()).toEqual([0, 2]);
    const loser = ended.find(({ code }) => code !== 0);
    if (loser) expectFailure(loser, 2, "runs/both");
    expect(loser?.stderr).toMatch(/is being trained by process \d+ on .*; wait for it|holds a run already/);
    expect(await readdir(join(cwd, "runs/both"))).not.toContain(".lock");
    await json(cwd, "evaluate", "runs/both");
  });

  test("a run that is being trained is not resumed, and goes on as if nobody had tried", async () => {
    const args = [...SMALL, "--epochs", "40", "--out", "runs/live"];
    const { saw, finished, process: child } = start(cwd, "train", ...args, "--json");
    await saw(`"event":"epoch"`);
    const words = `runs/live: is being trained by process ${child.pid} on `;
    await failure(2, words, cwd, "train", "--resume", "--out", "runs/live");
    child.kill("SIGINT");
    expect((await finished).code).toBe(130);
    expect(await readdir(join(cwd, "runs/live"))).not.toContain(".lock");
  });

  test("one that was killed is succeeded, in a folder of its own name too", async () => {
    const named = start(cwd, "train", ...SMALL, "--epochs", "6", "--out", "runs/dead", "--json");
    await named.saw(`"event":"epoch"`);
    named.process.kill("SIGKILL");
    await named.finished;
    const lock = await text("runs/dead/.lock");
    await json(cwd, "train", "--resume", "--out", "runs/dead");
    expect(await readdir(join(cwd, "runs/dead"))).not.toContain(".lock");
    // Killed before there was anything in it but the lock.
    await mkdir(join(cwd, "runs/lenet-data"));
    await writeFile(join(cwd, "runs/lenet-data/.lock"), lock);
    const [begin] = await json(cwd, "train", ...SMALL, "--epochs", "1");
    expect(begin).toMatchObject({ run: "runs/lenet-data" });
  });
});

test("a hang-up of the terminal ends a run as Ctrl-C does, with a checkpoint", async () => {
  const run = start(cwd, "train", ...SMALL, "--epochs", "30", "--out", "runs/hup", "--json");
  await run.saw(`"event":"epoch"`);
  run.process.kill("SIGHUP");
  expect((await run.finished).code).toBe(130);
  expect(await readdir(join(cwd, "runs/hup"))).toContain("checkpoint.safetensors");
});

describe("config.json", () => {
  const run = "runs/config";
  beforeAll(() => json(cwd, "train", ...SMALL, "--epochs", "1", "--augment", "none", "--out", run));

  test("keeps its keys in their order when a run is resumed", async () => {
    const before = await text(run, "config.json");
    await json(cwd, "train", "--resume", "--out", run, "--epochs", "2");
    expect(await text(run, "config.json")).toBe(before.replace('"epochs": 1', '"epochs": 2'));
  });

  test.each([
    ["steps", [{ name: "explode", options: {} }], `there is no augmentation step "explode"`],
    ["steps", [{ name: "randomFlip", options: { probability: "often" } }], "randomFlip: probability"],
    ["steps", [{ name: "randomFlip", options: { odd: 1 } }], "randomFlip: "],
    ["threads", 1_000_000, "options.threads"],
  ] as const)("with %s %j is refused", async (key, value, words) => {
    const good = await text(run, "config.json");
    const config = JSON.parse(good);
    if (key === "threads") config.options.threads = value;
    else config[key] = value;
    await writeFile(join(cwd, run, "config.json"), JSON.stringify(config));
    const message = await failure(1, words, cwd, "train", "--resume", "--out", run, "--epochs", "3");
    expect(message).toContain("config.json");
    await writeFile(join(cwd, run, "config.json"), good);
  });
});

test("more threads than any machine has are refused, not begun", async () => {
  const words = '--threads takes a whole number from 1 to 1024; received "1000000"';
  await failure(2, words, cwd, "train", ...SMALL, "--threads", "1000000");
  expect((await striate(cwd, "evaluate", "runs/config", "--threads", "1000000")).code).toBe(2);
});

describe.concurrent("a result that could not be written is a failure:", () => {
  test.each([["evaluate", "runs/config", "--json"], ["predict", "runs/config"], ["summary", "lenet"], ["--help"]])(
    "%s",
    async (...args) => {
      const { code, stderr } = await startInShell(cwd, `exec "$@" > /dev/full`, ...args).finished;
      expect(stderr).toContain("striate: standard output could not be written: ENOSPC");
      expect(code).toBe(1);
    },
  );

  test("but not where the reader has had enough", async () => {
    const line = `{ "$@"; echo "code $?" >&2; } | head -n 1`;
    const { stderr } = await startInShell(cwd, line, "predict", "runs/config", "--limit", "30", "--json").finished;
    expect(stderr).toBe("code 0\n");
  });
});
