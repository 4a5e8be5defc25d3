import { describe, expect, test } from "vitest";
import { gradients } from "#striate/autodiff/index";
import { type Attribute, GraphBuilder, type Reals, type Value } from "#striate/graph/index";
import { interpret, mul, OPS, reduceSum, sampleGraph } from "#striate/ops/index";
import { type DType, fromNumbers, type Shape, toNumbers } from "#striate/tensor/index";
import { closeTo } from "../support/close.ts";
import { readGolden } from "../support/goldens.ts";
import { pattern } from "../support/pattern.ts";

interface Pattern {
  readonly shape: Shape;
  readonly k: number;
  readonly scale: number;
}

interface Case {
  readonly op: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly inputs: readonly (Pattern | { readonly values: readonly number[]; readonly dtype: DType } | null)[];
  readonly output: readonly number[];
  readonly gradients: readonly (readonly number[])[];
}

const { cases } = readGolden<{ readonly cases: readonly Case[] }>("operators.json");

function opNamed(name: string) {
  const op = OPS[name];
  if (!op) throw new Error(`no op ${name}`);
  return op;
}

/** The sum of a value's elements. */
function total(g: GraphBuilder, value: Value): Value {
  return g.op(reduceSum, [value], { keepdims: 0 });
}

test.each(cases)("$op $attributes: numbers and gradients are PyTorch's", (item) => {
  const g = new GraphBuilder("golden");
  const feeds = new Map<Value, Reals>();
  const inputs = item.inputs.map((input, i) => {
    if (!input) return undefined;
    if ("values" in input) return g.numbers(input.dtype, [input.values.length], input.values);
    const value = g.input(`x${i}`, "float64", input.shape);
    feeds.set(value, { shape: input.shape, data: toNumbers(pattern(input.shape, input.k, input.scale)) });
    return value;
  });
  const output = g.op(opNamed(item.op), inputs, item.attributes);
  const weights = g.constant(fromNumbers("float64", output.shape, pattern(output.shape, 7, 1).data));
  const all = [output, ...gradients(g, total(g, g.op(mul, [output, weights])), [...feeds.keys()])];
  for (const [i, value] of all.entries()) g.output(`y${i}`, value);
  const results = interpret(g.build(), feeds);
  for (const [i, wanted] of [item.output, ...item.gradients].entries()) {
    const value = all[i];
    closeTo((value && results.get(value)?.data) ?? [], wanted, 1e-6, i === 0 ? "output" : `gradient ${i - 1}`);
  }
});

describe("a node with several outputs", () => {
  const halves = (use: (g: GraphBuilder, parts: readonly Value[]) => Value) => {
    const g = new GraphBuilder("halves");
    const x = g.input("x", "float64", [4]);
    const loss = use(g, g.ops(opNamed("Split"), [x], { num_outputs: 2 }));
    const [gradient = x] = gradients(g, loss, [x]);
    g.output("gradient", gradient);
    const data = Float64Array.of(1, 2, 3, 4);
    return [...(interpret(g.build(), new Map([[x, { shape: [4], data }]])).get(gradient)?.data ?? [])];
  };

  test("gets zeros for the outputs that the loss does not depend on", () => {
    expect(halves((g, [first]) => total(g, first as Value))).toEqual([1, 1, 0, 0]);
    expect(halves((g, [, second]) => total(g, second as Value))).toEqual([0, 0, 1, 1]);
  });

  test("has its gradient by all of them", () => {
    expect(halves((g, [first, second]) => total(g, g.op(mul, [first, second])))).toEqual([3, 4, 1, 2]);
  });

  test("of which the first is not used: the gradient of a batch's mean alone", () => {
    const g = new GraphBuilder("mean");
    const [x, one] = [g.input("x", "float64", [4, 1]), g.input("one", "float64", [1])];
    const [, mean = x] = g.ops(opNamed("BatchNormTraining"), [x, one, one]);
    const [gradient = x] = gradients(g, total(g, mean), [x]);
    g.output("gradient", gradient);
    const feeds = new Map([
      [x, { shape: [4, 1], data: Float64Array.of(1, 2, 5, 9) }],
      [one, { shape: [1], data: Float64Array.of(1) }],
    ]);
    closeTo(interpret(g.build(), feeds).get(gradient)?.data ?? [], [0.25, 0.25, 0.25, 0.25], 1e-12, "gradient");
  });
});

test("batch statistics are the mean and the biased variance", () => {
  const { g, outputs, feeds } = sampleGraph(opNamed("BatchNormTraining"), {
    name: "statistics",
    inputs: [
      { shape: [4, 1], values: [1, 2, 5, 8] },
      { shape: [1], values: [1] },
      { shape: [1], values: [0] },
    ],
  });
  for (const [i, output] of outputs.entries()) g.output(`y${i}`, output);
  const results = interpret(g.build(), feeds);
  const [, mean, variance] = outputs.map((output) => [...(results.get(output)?.data ?? [])]);
  expect(mean).toEqual([4]);
  expect(variance).toEqual([7.5]);
});

describe("what does not fit is named:", () => {
  const build = (name: string, shapes: readonly Shape[], attributes: Readonly<Record<string, Attribute>> = {}) => {
    const g = new GraphBuilder("broken");
    const inputs = shapes.map((shape, i) => g.input(`x${i}`, "float32", shape));
    return () => g.ops(opNamed(name), inputs, attributes);
  };

  test.each([
    ["BatchNormTraining", [[2, 3], [3], [2]], {}, "BatchNormTraining needs [batch, channels, ...] and one number a"],
    ["BatchNormalization", [[2, 3], [3], [3], [3], [3]], { training_mode: 1 }, "training_mode 1 is the op BatchNormT"],
    [
      "PRelu",
      [
        [2, 3],
        [4, 2, 3],
      ],
      {},
      "a slope of [4,2,3] does not broadcast to [2,3]",
    ],
    ["Split", [[5]], {}, "give split or num_outputs"],
    ["Split", [[2]], { num_outputs: 4 }, "2 do not go into 4 parts"],
    ["DepthToSpace", [[1, 6, 2, 2]], { blocksize: 2 }, "[1,6,2,2] does not go into blocks of 2x2"],
    ["SpaceToDepth", [[1, 1, 3, 2]], { blocksize: 2 }, "[1,1,3,2] has no whole blocks of 2x2"],
    ["Resize", [[1, 1, 2, 2]], {}, "scales or sizes must be a constant"],
    ["Resize", [[1, 1, 2, 2]], { mode: "area" }, "mode must be nearest, linear or cubic, received area"],
    ["Resize", [[1, 1, 2, 2]], {}, "scales or sizes must be a constant"],
    ["Not", [[2]], {}, "Not takes bool, received float32[2]"],
    ["Max", [], {}, "Max needs one or more tensors of one type, received nothing"],
    ["Constant", [], {}, "Constant needs one of value, value_float"],
    [
      "LayerNormalization",
      [
        [2, 3],
        [4, 2, 3],
      ],
      {},
      "float32[4,2,3] do not broadcast to float32[2,3]",
    ],
    ["LRN", [[2, 3]], {}, "LRN with size 5 needs [batch, channels, ...], received [2,3]"],
    [
      "ConvTranspose",
      [
        [1, 1, 3],
        [1, 1, 3],
      ],
      { strides: [2], output_shape: [20] },
      "no output of [20] has windows of [3]",
    ],
  ])("%s %j %j", (name, shapes, attributes, message) => {
    expect(build(name, shapes, attributes as Record<string, Attribute>)).toThrow(message);
  });
});
