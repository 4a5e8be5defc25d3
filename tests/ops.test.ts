import { describe, expect, test } from "vitest";
import { checkGradient } from "#striate/autodiff/index";
import type { GraphBuilder, Op, Value } from "#striate/graph/index";
import { mul, OPS, reduceSum, reshapeTo, sampleGraph } from "#striate/ops/index";
import { isFloat, sizeOf, uniform } from "#striate/tensor/index";

const CASES = Object.values(OPS).flatMap((op) =>
  op.samples.map((sample) => ({ name: `${op.name}/${sample.name}`, op, sample })),
);

describe("every sample of every op", () => {
  test.each(CASES)("$name: the gradient is the measured slope", ({ op, sample }) => {
    if (!op.gradient) return;
    const { g, inputs, outputs, feeds } = sampleGraph(op, sample, "float64");
    const wrt = inputs.filter((input) => isFloat(input.dtype) && hasGradient(op, g, input));
    const output = outputs[0] as Value;
    if (!isFloat(output.dtype) || wrt.length === 0) return;
    const weights = g.input("weights", "float64", output.shape);
    const loss = g.op(reduceSum, [reshapeTo(g, g.op(mul, [output, weights]), [sizeOf(output.shape)])], { keepdims: 0 });
    const draws = Float64Array.from(
      uniform({ seed: 2, stream: "weights", counter: 0 }, sizeOf(output.shape), 0.5, 1.5),
    );
    const all = new Map(feeds).set(weights, { shape: output.shape, data: draws });
    for (const { value, error } of checkGradient(g, loss, wrt, all)) {
      expect(error, `${op.name} by ${value.name}`).toBeLessThan(2e-7);
    }
  });
});

function hasGradient(op: Op, g: GraphBuilder, input: Value): boolean {
  const node = g.nodes.find(({ op: name }) => name === op.name);
  const index = node?.inputs.indexOf(input) ?? -1;
  return node !== undefined && op.gradient?.(g, node, node.outputs[0] as Value)[index] !== undefined;
}
