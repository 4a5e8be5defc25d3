// ONNX's newest node cases, as its Python package makes them (see make_onnx_cases.py), each once on every engine. What does
// not pass is in onnxNewest.json, with the reasons; a case there that passes fails the test.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "#striate/engine/index";
import { ENGINES, startSmall } from "../support/engines.ts";
import { NEWEST_FOLDER, newestCases, readCase, runCase } from "../support/onnxCases.ts";

interface Listed {
  readonly reason: string;
  /** The only engine on which they do not pass; all when it is not said. */
  readonly engine?: string;
  readonly cases: readonly string[];
}

const LISTED = JSON.parse(readFileSync(new URL("onnxNewest.json", import.meta.url), "utf8")) as readonly Listed[];

const CASES = newestCases();

test("ONNX's newest cases are there", ({ skip }) => {
  if (CASES.length > 0) return;
  const missing = `ONNX's newest cases are not in ${NEWEST_FOLDER}; make_onnx_cases.py makes them`;
  if (process.env.CI) throw new Error(missing);
  console.log(`skipped: ${missing}`);
  skip(missing);
});

test("the list of what does not pass names cases that exist, each once, and gives reasons", () => {
  const names = LISTED.flatMap(({ cases }) => cases);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  expect(CASES.length === 0 ? [] : names.filter((name) => !CASES.includes(name))).toEqual([]);
  expect(LISTED.filter(({ reason, cases }) => reason === "" || cases.length === 0)).toEqual([]);
});

describe.skipIf(CASES.length === 0).each(ENGINES.available)("engine %s", (name) => {
  const listed = new Set(LISTED.flatMap(({ engine, cases }) => (engine === undefined || engine === name ? cases : [])));
  let engine: Engine;
  beforeAll(async () => {
    engine = await startSmall(name);
  });
  afterAll(() => engine?.close());

  test("passes all but what is listed, and nothing of that", { timeout: 180_000 }, async () => {
    const wrong: string[] = [];
    let passed = 0;
    for (const item of CASES) {
      const failure = await runCase(item, readCase(item, NEWEST_FOLDER), engine).then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (failure === undefined) passed++;
      if (failure === undefined && listed.has(item)) wrong.push(`${item} is listed and passes`);
      if (failure !== undefined && !listed.has(item)) wrong.push(`${item}: ${failure}`);
    }
    console.log(`ONNX's newest node cases on ${name}: ${passed} of ${CASES.length} pass`);
    expect(wrong).toEqual([]);
  });
});
