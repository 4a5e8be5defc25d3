import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeSafetensors } from "#striate/formats/index";
import { failure, json, jsonLines, SMALL, start, striate, writeData } from "../support/cli.ts";

const EPOCHS = "10";
/** With all that must be found again: the optimizer's slots, a schedule, callbacks that count, an epoch half done. */
const OPTIONS = [
  ...SMALL,
  ..."--schedule cosine --warmup-steps 3 --early-stopping 50 --reduce-on-plateau 2 --checkpoint-every 3".split(" "),
  ...["--epochs", EPOCHS],
];

let cwd = "";
/** The files of the run that nobody stops. */
let wanted: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "striate-resume-"));
  await writeData(join(cwd, "data"));
  await json(cwd, "train", ...OPTIONS, "--out", "runs/whole");
  wanted = await resultsOf("runs/whole");
});
afterAll(() => rm(cwd, { recursive: true }));

/** What a run is about: its history, and its weights. */
async function resultsOf(run: string): Promise<Record<string, string>> {
  const hash = async (name: string) =>
    createHash("sha256")
      .update(await readFile(join(cwd, run, name)))
      .digest("hex");
  return {
    history: await readFile(join(cwd, run, "history.jsonl"), "utf8"),
    model: await hash("model.safetensors"),
    last: await hash("last.safetensors"),
  };
}

describe("a run that was stopped and goes on has the history and weights of one that nobody stopped, to the bit", () => {
  test("Ctrl-C, which npm passes on a second time", async () => {
    const { process: child, saw, finished } = start(cwd, "train", ...OPTIONS, "--out", "runs/ctrl-c", "--json");
    await saw(`"epoch":2,`);
    child.kill("SIGINT");
    await sleep(5);
    child.kill("SIGINT");
    const ended = await finished;
    expect(ended.code).toBe(130);
    const last = jsonLines(ended).at(-1);
    expect(last).toEqual({
      event: "interrupted",
      run: "runs/ctrl-c",
      epoch: expect.any(Number),
      step: expect.any(Number),
    });
    expect(ended.stderr).toContain("striate train --resume --out runs/ctrl-c");
    expect((await readdir(join(cwd, "runs/ctrl-c"))).sort()).toEqual([
      "checkpoint.safetensors",
      "config.json",
      "data.jsonl",
      "history.jsonl",
      "model.safetensors",
    ]);
    const [begin] = await json(cwd, "train", "--resume", "--out", "runs/ctrl-c");
    expect(begin).toMatchObject({ event: "start", resumedFromEpoch: last?.epoch });
    expect(await resultsOf("runs/ctrl-c")).toEqual(wanted);
  });

  test("SIGTERM", async () => {
    const { process: child, saw, finished } = start(cwd, "train", ...OPTIONS, "--out", "runs/term", "--json");
    await saw(`"event":"start"`);
    child.kill("SIGTERM");
    expect((await finished).code).toBe(130);
    await json(cwd, "train", "--resume", "--out", "runs/term");
    expect(await resultsOf("runs/term")).toEqual(wanted);
  });

  test("kill -9, twice", async () => {
    for (const [i, moment] of [`"epoch":1,`, `"event":"epoch"`].entries()) {
      const args = i === 0 ? [...OPTIONS, "--out", "runs/killed"] : ["--resume", "--out", "runs/killed"];
      const { process: child, saw, finished } = start(cwd, "train", ...args, "--json");
      await saw(moment);
      await sleep(40);
      child.kill("SIGKILL");
      expect((await finished).code).toBe(null);
    }
    // What a writer leaves when it is killed in the middle of a file.
    const half = join(cwd, "runs/killed/.striate-1-abc.tmp");
    await writeFile(half, "half");
    await utimes(half, 1, 1);
    await json(cwd, "train", "--resume", "--out", "runs/killed");
    expect(await resultsOf("runs/killed")).toEqual(wanted);
    expect(await readdir(join(cwd, "runs/killed"))).toHaveLength(6);
  });

  test("before the first checkpoint", async () => {
    await json(cwd, "train", ...OPTIONS, "--out", "runs/early");
    for (const name of ["checkpoint.safetensors", "model.safetensors", "last.safetensors"])
      await rm(join(cwd, "runs/early", name));
    await failure(1, "the run has no weights yet", cwd, "evaluate", "runs/early");
    const [begin] = await json(cwd, "train", "--resume", "--out", "runs/early");
    expect(begin).not.toHaveProperty("resumedFromEpoch");
    expect(await resultsOf("runs/early")).toEqual(wanted);
  });
});

test("a finished run goes on when it is given more epochs", async () => {
  const constant = [...SMALL, "--schedule", "constant"];
  await json(cwd, "train", ...constant, "--epochs", "2", "--out", "runs/two");
  await json(cwd, "train", ...constant, "--epochs", "1", "--out", "runs/one");
  const events = await json(cwd, "train", "--resume", "--out", "runs/one", "--epochs", "2", ...constant);
  expect(events.map(({ event, epoch, resumedFromEpoch }) => [event, epoch ?? resumedFromEpoch])).toEqual([
    ["start", 1],
    ["epoch", 2],
    ["done", undefined],
  ]);
  expect(await resultsOf("runs/one")).toEqual(await resultsOf("runs/two"));
  expect(JSON.parse(await readFile(join(cwd, "runs/one/config.json"), "utf8")).options.epochs).toBe(2);
});

test("a schedule that more epochs stretch is announced, before and after", async () => {
  const two = await striate(cwd, "train", ...SMALL, "--epochs", "2", "--out", "runs/cosine");
  expect(two.stdout).toMatch(/train --resume --out runs\/cosine --epochs 4 {3}\(the rate rises to 0\.0005 again\)/);
  const four = await striate(cwd, "train", "--resume", "--out", "runs/cosine", "--epochs", "4");
  expect(four.stdout).toContain(
    "the schedule cosine is stretched from 2 to 4 epochs: the learning rate, which was 0.0000096, goes on at 0.0005, as in a run of 4 epochs",
  );
  const [begin] = await json(cwd, "train", "--resume", "--out", "runs/cosine", "--epochs", "5");
  expect(begin).toMatchObject({ learningRateBefore: expect.any(Number), learningRateNow: expect.any(Number) });
  const [same] = await json(cwd, "train", "--resume", "--out", "runs/cosine");
  expect(same).not.toHaveProperty("learningRateNow");
});

test("the best weights by validation are left, and the last beside them", async () => {
  const options = ["--optimizer", "sgd", "--learning-rate", "0.3", "--schedule", "constant", "--epochs", "3"];
  const events = await json(cwd, "train", ...SMALL, ...options, "--out", "runs/best");
  const epochs = events.filter(({ event }) => event === "epoch");
  const losses = epochs.map(({ validationLoss }) => Number(validationLoss));
  const best = losses.indexOf(Math.min(...losses)) + 1;
  const { validationLoss: loss, validationAccuracy: accuracy } = epochs[best - 1] ?? {};
  expect(best).toBeLessThan(3);
  const done = events.at(-1);
  expect(done).toMatchObject({ event: "done", validation: { epoch: best, loss, accuracy } });
  expect(await json(cwd, "evaluate", "runs/best")).toMatchObject([done?.test]);
  const [model, last, checkpoint] = await Promise.all(
    ["model", "last", "checkpoint"].map(async (name) => {
      const path = join(cwd, `runs/best/${name}.safetensors`);
      return decodeSafetensors(await readFile(path), path);
    }),
  );
  expect(model?.metadata).toMatchObject({ epoch: String(best) });
  for (const [key, tensor] of last?.tensors ?? []) {
    expect(tensor).toEqual(checkpoint?.tensors.get(key));
    if (key === "conv1/kernel") expect(model?.tensors.get(key)).not.toEqual(tensor);
  }
  // It goes on from the last ones, and knows the best of before; killed before it could write them, it writes them again.
  const reached = await json(cwd, "train", ...SMALL, ...options.slice(0, -1), String(best), "--out", "runs/to-best");
  expect(reached.at(-1)).toMatchObject({ validation: { epoch: best } });
  await rm(join(cwd, "runs/to-best/model.safetensors"));
  await json(cwd, "train", "--resume", "--out", "runs/to-best", "--epochs", "3");
  expect(await resultsOf("runs/to-best")).toEqual(await resultsOf("runs/best"));
  // Where somebody has taken the best ones away, it says so.
  await rm(join(cwd, "runs/to-best/model.safetensors"));
  const { code, stderr } = await striate(cwd, "train", "--resume", "--out", "runs/to-best", "--epochs", "7");
  expect(stderr).toContain(`model.safetensors does not have the weights of epoch ${best}, which was the best`);
  expect(code).toBe(0);
});

test("a second Ctrl-C, more than a second later, ends at once", async () => {
  // A step of the reference engine on the sample takes many seconds.
  const slow = ["--engine", "reference", "--batch-size", "2048", "--out", "runs/slow"];
  const { process: child, saw, finished } = start(cwd, "train", ...slow, "--json");
  await saw(`"event":"start"`);
  child.kill("SIGINT");
  // The time counts from when the first one was seen.
  await saw("stopping after this step");
  await sleep(1100);
  expect(child.exitCode).toBe(null);
  const begin = performance.now();
  child.kill("SIGINT");
  expect((await finished).code).toBe(130);
  expect(performance.now() - begin).toBeLessThan(2000);
});

test("Ctrl-C ends a benchmark as well", async () => {
  const { process: child, saw, finished } = start(cwd, "bench", "lenet", "--batch", "1", "--seconds", "60");
  await saw("measuring");
  child.kill("SIGINT");
  const { code, stdout, stderr } = await finished;
  expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
  expect(stderr).toContain("striate: the benchmark was interrupted");
});

test("other options than those of the start are refused by name", async () => {
  const given = ["--batch-size", "16", "--momentum", "0.9", "--epochs", "3"];
  const message = await failure(
    2,
    "was started with other options",
    cwd,
    "train",
    "--resume",
    "--out",
    "runs/whole",
    ...given,
  );
  expect(message).toContain("--batch-size is 16 and was 8");
  expect(message).toContain("--momentum is 0.9 and was not given");
  expect(message).toContain(`--epochs is 3 and was ${EPOCHS}`);
  const { code } = await striate(cwd, "train", "--resume", "--out", "runs/whole", "--data", "other");
  expect(code).toBe(2);
  expect(await resultsOf("runs/whole")).toEqual(wanted);
});
