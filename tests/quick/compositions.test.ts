import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "#striate/engine/index";
import { asFile, differences, onEngine, type Runner } from "../support/compositions.ts";
import { ENGINES, startSmall } from "../support/engines.ts";

// Ops that are right one by one can be wrong side by side: a runtime makes one of two. To try many more by hand:
//   STRIATE_STACKS=5000 STRIATE_FIRST_STACK=1000 npx vitest run tests/quick/compositions.test.ts
const COUNT = Number(process.env.STRIATE_STACKS ?? 60);
const FIRST = Number(process.env.STRIATE_FIRST_STACK ?? 0);
const SEEDS = Array.from({ length: COUNT }, (_, i) => FIRST + i);

const ENGINES_UNDER_TEST = ENGINES.available.filter((name) => name !== "reference");

describe("random stacks of layers, forward and one step, are the reference's", () => {
  let reference: Engine;
  beforeAll(async () => {
    reference = await startSmall("reference");
  });
  afterAll(() => reference?.close());

  async function allDifferences(run: Runner): Promise<string[]> {
    const found: string[] = [];
    for (const seed of SEEDS) found.push(...(await differences(seed, run, onEngine(reference))));
    return found;
  }

  test.for(ENGINES.missing)("on $name", ({ reason }, { skip }) => skip(reason));

  test.each(ENGINES_UNDER_TEST)("on %s", { timeout: 0 }, async (name) => {
    const engine = await startSmall(name);
    expect(await allDifferences(onEngine(engine))).toEqual([]);
    await engine.close();
  });

  test.skipIf(!ENGINES.available.includes("onnxruntime"))("as a file in ONNX Runtime", { timeout: 0 }, async () => {
    expect(await allDifferences(asFile)).toEqual([]);
  });
});
