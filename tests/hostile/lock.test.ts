import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { writeFileAtomic } from "#striate/files/atomic";
import { lock, tryLock } from "#striate/files/lock";
import { thisWriter } from "#striate/platform/node/writer";
import { temporaryFolder } from "../support/pictureFolder.ts";

const dist = (name: string) => JSON.stringify(fileURLToPath(new URL(`../../dist/files/${name}.js`, import.meta.url)));

/** A process of its own that does something with a path, `process.argv[2]`. */
function run(folder: string, code: string, path: string): ChildProcess {
  const script = join(folder, `script${Math.random()}.mjs`);
  writeFileSync(script, code);
  const child = fork(script, [path], { execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

const exited = async (child: ChildProcess) => (await once(child, "exit"))[0];

/** Takes the lock and is killed with it. */
async function deadHolder(folder: string, path: string): Promise<void> {
  const code = `import { tryLock } from ${dist("lock")}; await tryLock(process.argv[2]); process.send("held");
    setInterval(() => undefined, 1000);`;
  const child = run(folder, code, path);
  await once(child, "message");
  child.kill("SIGKILL");
  await exited(child);
}

test("a lock is held by one, tells by whom, and leaves nothing", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "lock");
  const release = await tryLock(path);
  if (typeof release !== "function") throw new Error("the lock is free");
  expect(await tryLock(path)).toMatchObject({ pid: process.pid, host: thisWriter().host });
  const next = lock(path);
  await release();
  await (await next)();
  await release();
  expect(readdirSync(folder)).toEqual([]);
});

test("waiting for a lock ends when a signal says so", async () => {
  const path = join(temporaryFolder(), "lock");
  await tryLock(path);
  await expect(lock(path, AbortSignal.timeout(50))).rejects.toThrow();
});

test("a holder that was killed is succeeded, never by two at once", async () => {
  const [folder, scripts] = [temporaryFolder(), temporaryFolder()];
  const path = join(folder, "lock");
  await deadHolder(scripts, path);
  await deadHolder(scripts, `${path}.next`); // killed while it succeeded another
  const log = join(scripts, "log");
  const code = `import { appendFileSync } from "node:fs"; import { lock } from ${dist("lock")};
    for (let i = 0; i < 5; i++) {
      const release = await lock(process.argv[2]);
      appendFileSync(${JSON.stringify(log)}, "begin ");
      await new Promise((resolve) => setTimeout(resolve, 5));
      appendFileSync(${JSON.stringify(log)}, "end ");
      await release();
    }`;
  const codes = await Promise.all(Array.from({ length: 4 }, () => exited(run(scripts, code, path))));
  expect(codes).toEqual([0, 0, 0, 0]);
  expect(readFileSync(log, "utf8")).toBe("begin end ".repeat(20));
  expect(readdirSync(folder)).toEqual([]);
});

test("a process that got the number of a dead one does not hold its lock", async ({ skip }) => {
  skip(thisWriter().begin === "", "this system does not say when a process began");
  const path = join(temporaryFolder(), "lock");
  const earlier = { ...thisWriter(), begin: "1", since: "", token: "" };
  writeFileSync(path, JSON.stringify(earlier));
  expect(await tryLock(path)).toBeTypeOf("function");
});

test("who cannot be looked up is taken for dead after a minute of silence", async () => {
  const path = join(temporaryFolder(), "lock");
  for (const text of ["", JSON.stringify({ ...thisWriter(), space: "elsewhere", since: "", token: "" })]) {
    writeFileSync(path, text);
    expect(await tryLock(path)).not.toBeTypeOf("function");
    const before = Date.now() / 1000 - 61;
    utimesSync(path, before, before);
    const release = await tryLock(path);
    if (typeof release !== "function") throw new Error("the lock is free");
    await release();
  }
});

test("what a writer left that was killed goes with the next one; a writer that lives keeps its own", async () => {
  const [folder, scripts] = [temporaryFolder(), temporaryFolder()];
  const code = `import { writeFileAtomic } from ${dist("atomic")};
    function* chunks() {
      yield new Uint8Array(1000);
      process.send("half");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
    await writeFileAtomic(process.argv[2], chunks());`;
  const writers = ["dead", "live"].map((name) => run(scripts, code, join(folder, name)));
  await Promise.all(writers.map((writer) => once(writer, "message")));
  const [dead] = writers;
  dead?.kill("SIGKILL");
  if (dead) await exited(dead);
  const old = join(folder, ".striate-1-abc.tmp");
  writeFileSync(old, "from a version that wrote no more than this");
  utimesSync(old, 1, 1);
  writeFileSync(join(folder, ".striate-2-abc.tmp"), "perhaps being written");
  expect(readdirSync(folder)).toHaveLength(4);
  await writeFileAtomic(join(folder, "next"), new Uint8Array(1));
  const left = readdirSync(folder);
  expect(left).toHaveLength(3);
  expect(left).toEqual(expect.arrayContaining(["next", ".striate-2-abc.tmp"]));
});
