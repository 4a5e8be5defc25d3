import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "#striate/engine/index";
import { type Graph, type Reals, type Value, verify } from "#striate/graph/index";
import { lower } from "#striate/onnx/index";
import { interpret, OPS, sampleGraph } from "#striate/ops/index";
import { fromNumbers, toNumbers } from "#striate/tensor/index";
import { closeTo } from "./support/close.ts";
import { ENGINES, startSmall } from "./support/engines.ts";
import { SKIPS } from "./support/skips.ts";

const CASES = Object.values(OPS).flatMap((op) =>
  op.samples.map((sample) => ({ name: `${op.name}/${sample.name}`, op, sample })),
);

function sampled({ op, sample }: (typeof CASES)[number]) {
  const { g, inputs, outputs, feeds } = sampleGraph(op, sample);
  for (const [i, output] of outputs.entries()) g.output(`y${i}`, output);
  return { graph: g.build(), inputs, feeds };
}

function expected(graph: Graph, feeds: ReadonlyMap<Value, Reals>): Map<string, Float64Array> {
  const results = interpret(graph, feeds);
  return new Map(
    Object.entries(graph.outputs).map(([name, value]) => [name, results.get(value)?.data ?? new Float64Array()]),
  );
}

describe("a lowering to standard operators means the same", () => {
  test.each(CASES.filter(({ op }) => op.lower))("$name", (item) => {
    const { graph, feeds } = sampled(item);
    const lowered = lower(graph, "cpu");
    verify(lowered, OPS);
    expect(lowered.nodes.filter((node) => OPS[node.op]?.domain !== "")).toEqual([]);
    const means = expected(graph, feeds);
    for (const [name, data] of expected(lowered, feeds)) closeTo(data, means.get(name), 1e-6, name);
  });
});

test.for(ENGINES.missing)("engine $name", ({ reason }, { skip }) => skip(reason));

describe.each(ENGINES.available)("engine %s gives the reference's numbers", (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startSmall(name);
  });
  afterAll(() => engine?.close());

  test.for(CASES)("$name", async (item, { skip }) => {
    const reason = SKIPS[name]?.[item.name];
    if (reason) skip(reason);
    const { graph, feeds } = sampled(item);
    const executable = await engine.compile(graph);
    const given = [...feeds].map(([value, { shape, data }]) => [value.name, fromNumbers(value.dtype, shape, data)]);
    const results = await executable.run(Object.fromEntries(given));
    await executable.close();
    for (const [output, data] of expected(graph, feeds)) {
      closeTo(toNumbers(results[output] ?? fromNumbers("float32", [0], [])), data, 2e-6, output);
    }
  });
});
