import { describe, expect, test } from "vitest";
import { selectEngine } from "#striate/engine/index";
import { verify } from "#striate/graph/index";
import { lower } from "#striate/onnx/index";
import { OPS } from "#striate/ops/index";
import { closeTo } from "../support/close.ts";
import { CASES, describeNumbers, describeOrder, meaning, sampled } from "../support/conformance.ts";
import { ENGINES, startSmall } from "../support/engines.ts";
import { SKIPS } from "../support/skips.ts";

describe("a lowering to standard operators means the same", () => {
  test.each(CASES.filter(({ op }) => op.lower))("$name", (item) => {
    const { graph, feeds } = sampled(item);
    const lowered = lower(graph, { target: "cpu" });
    verify(lowered, OPS);
    expect(lowered.nodes.filter((node) => OPS[node.op]?.domain !== "")).toEqual([]);
    const means = meaning(graph, feeds);
    for (const [name, data] of meaning(lowered, feeds)) closeTo(data, means.get(name), 1e-6, name);
  });
});

test.for(ENGINES.missing)("engine $name", ({ reason }, { skip }) => skip(reason));

for (const name of ENGINES.available) {
  describeNumbers(`engine ${name}`, { start: () => startSmall(name), skips: SKIPS[name] });
  describeOrder(`${name} inline`, () => startSmall(name));
  describeOrder(`${name} in a worker`, () => selectEngine({ engine: name, threads: 1 }));
}
