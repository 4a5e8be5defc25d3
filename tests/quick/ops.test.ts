import { describe, expect, test } from "vitest";
import { checkGradient } from "#striate/autodiff/index";
import type { GraphBuilder, Op, Value } from "#striate/graph/index";
import { add, mul, OPS, reduceSum, reshapeTo, sampleGraph } from "#striate/ops/index";
import { isFloat, sizeOf, uniform } from "#striate/tensor/index";

/** Ops whose gradient is not their slope, on purpose. */
const STRAIGHT_THROUGH = new Set(["RoundThrough"]);

/** Samples with a real output and an input that has a gradient: the others have no slope to measure. */
const CASES = Object.values(OPS)
  .flatMap((op) => op.samples.map((sample) => ({ name: `${op.name}/${sample.name}`, op, sample })))
  .filter(({ op, sample }) => {
    if (STRAIGHT_THROUGH.has(op.name)) return false;
    const { g, inputs, outputs } = sampleGraph(op, sample, "float64");
    const isReal = outputs.some(({ dtype }) => isFloat(dtype));
    return isReal && inputs.some((input) => isFloat(input.dtype) && hasGradient(op, g, input));
  });

describe("every sample of every op that has a gradient", () => {
  test.each(CASES)("$name: the gradient is the measured slope", ({ op, sample }) => {
    const { g, inputs, outputs, feeds } = sampleGraph(op, sample, "float64");
    const wrt = inputs.filter((input) => isFloat(input.dtype) && hasGradient(op, g, input));
    const real = outputs.filter(({ dtype }) => isFloat(dtype));
    expect(wrt.length).toBeGreaterThan(0);
    const all = new Map(feeds);
    const terms = real.map(({ shape }, i) => {
      const weights = g.input(`weights${i}`, "float64", shape);
      const draws = uniform({ seed: 2, stream: "weights", counter: i }, sizeOf(shape), 0.5, 1.5);
      all.set(weights, { shape, data: Float64Array.from(draws) });
      const weighted = g.op(mul, [real[i], weights]);
      return g.op(reduceSum, [reshapeTo(g, weighted, [sizeOf(shape)])], { keepdims: 0 });
    });
    const loss = terms.reduce((sum, term) => g.op(add, [sum, term]));
    for (const { value, error } of checkGradient(g, loss, wrt, all)) {
      expect(error, `${op.name} by ${value.name}`).toBeLessThan(2e-7);
    }
  });
});

function hasGradient(op: Op, g: GraphBuilder, input: Value): boolean {
  const node = g.nodes.find(({ op: name }) => name === op.name);
  const index = node?.inputs.indexOf(input) ?? -1;
  return node !== undefined && op.gradient?.(g, node, node.outputs)[index] !== undefined;
}
