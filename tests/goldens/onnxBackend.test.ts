// ONNX's own backend cases on every engine: those of Debian's libonnx-testdata, which end at opset 17, and some newer
// ones. What is not run is in onnxBackend.json, with the reasons.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "#striate/engine/index";
import { ENGINES, startSmall } from "../support/engines.ts";
import { readGolden } from "../support/goldens.ts";
import { onnxCases, readCase, runCase } from "../support/onnxCases.ts";

interface Listed {
  readonly reason: string;
  /** The only engine on which they do not pass; all when it is not said. */
  readonly engine?: string;
  readonly cases: readonly string[];
}

const LISTED = JSON.parse(readFileSync(new URL("onnxBackend.json", import.meta.url), "utf8")) as readonly Listed[];
const listedFor = (name: string) =>
  new Set(LISTED.flatMap(({ engine, cases }) => (engine === undefined || engine === name ? cases : [])));

const CASES = onnxCases();

test("Debian's package libonnx-testdata is there", ({ skip }) => {
  if (CASES.length > 0) return;
  if (process.env.STRIATE_REQUIRE) throw new Error("Debian's package libonnx-testdata is not installed");
  skip("Debian's package libonnx-testdata is not installed: ONNX's backend cases were not run");
});

test("the list of what is not run names cases that exist, each once, and gives reasons", () => {
  const names = LISTED.flatMap(({ cases }) => cases);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  expect(CASES.length === 0 ? [] : names.filter((name) => !CASES.includes(name))).toEqual([]);
  expect(LISTED.filter(({ reason, cases }) => reason === "" || cases.length === 0)).toEqual([]);
});

afterAll(() => {
  const counts = LISTED.map(({ reason, cases }) => `${String(cases.length).padStart(3)} ${reason}`);
  if (CASES.length > 0) console.log(`ONNX's backend cases that are listed, not run:\n${counts.join("\n")}`);
});

test.for(ENGINES.missing)("engine $name", ({ reason }, { skip }) => skip(reason));

interface Newer {
  readonly name: string;
  readonly model: string;
  readonly sets: readonly { readonly inputs: readonly string[]; readonly outputs: readonly string[] }[];
}

const { cases: NEWER } = readGolden<{ readonly cases: readonly Newer[] }>("onnx_newer.json");
const decoded = (list: readonly string[]) => list.map((text) => Buffer.from(text, "base64"));

describe.each(ENGINES.available)("what came after opset 17, on engine %s:", (engine) => {
  let started: Engine;
  beforeAll(async () => {
    started = await startSmall(engine);
  });
  afterAll(() => started?.close());

  test.each(NEWER)("$name", async ({ name, model, sets }) => {
    const files = sets.map(({ inputs, outputs }) => ({ inputs: decoded(inputs), outputs: decoded(outputs) }));
    await runCase(name, { model: Buffer.from(model, "base64"), sets: files }, started);
  });
});

describe.skipIf(CASES.length === 0).each(ENGINES.available)("engine %s", (engine) => {
  const listed = listedFor(engine);
  let started: Engine;
  let [passed, known] = [0, 0];
  const run = async (name: string) => runCase(name, readCase(name), started);
  beforeAll(async () => {
    started = await startSmall(engine);
  });
  afterAll(async () => {
    await started?.close();
    console.log(
      `ONNX's backend cases on ${engine}: ${passed} of ${CASES.length} pass (${known} of them known before a run), ${listed.size} are listed`,
    );
  });

  test.each(CASES.filter((name) => !listed.has(name)))("%s", async (name) => {
    const nodes = await run(name);
    passed++;
    if (nodes === 0) known++;
  });

  test("what is listed does not pass", async () => {
    const passing: string[] = [];
    for (const name of listed) {
      const passes = await run(name).then(
        () => true,
        () => false,
      );
      if (passes) passing.push(name);
    }
    expect(passing).toEqual([]);
  });
});
