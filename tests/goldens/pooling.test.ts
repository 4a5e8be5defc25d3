import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gradients } from "#striate/autodiff/index";
import type { Engine } from "#striate/engine/index";
import { type Graph, GraphBuilder } from "#striate/graph/index";
import { lower, writeOnnx } from "#striate/onnx/index";
import { averagePool, castTo, maxPool, mul, OPS, pad, reduceSum } from "#striate/ops/index";
import { at, fromNumbers, type Shape } from "#striate/tensor/index";
import { ENGINES, startSmall } from "../support/engines.ts";
import { readGolden } from "../support/goldens.ts";
import { pattern } from "../support/pattern.ts";

type GridRow = readonly [op: string, rank: number, kernel: number, stride: number, pad: number, ...rest: number[]];
type SameRow = readonly [op: string, rank: number, kernel: number, stride: number, ...rest: number[]];

/** One use of an op with windows, and what PyTorch gives: see `goldens/make_pooling.py`. */
interface Case {
  readonly title: string;
  readonly op: string;
  readonly shape: Shape;
  readonly kernel: readonly number[];
  readonly attributes: Readonly<Record<string, string | number | readonly number[]>>;
  readonly y: number;
  readonly dx: number;
  readonly output: Shape;
}

const GOLDEN = readGolden<{
  readonly sizes: readonly Shape[];
  readonly grid: readonly GridRow[];
  readonly same: readonly SameRow[];
}>("pooling.json");

function common(op: string, rank: number, kernel: number, stride: number) {
  const all = (number: number, axes = rank) => new Array<number>(axes).fill(number);
  const shape = [2, 3, ...at(GOLDEN.sizes, rank - 1)];
  return { all, op, shape, kernel: all(kernel), attributes: { kernel_shape: all(kernel), strides: all(stride) } };
}

function gridCase([op, rank, kernel, stride, pad, ...rest]: GridRow): Case {
  const [ceil_mode = 0, include = 0, dilation = 1, y = Number.NaN, dx = Number.NaN, ...output] = rest;
  const { all, attributes, ...given } = common(op, rank, kernel, stride);
  const counted = op === "AveragePool" ? { count_include_pad: include } : {};
  const how = `${dilation > 1 ? `, dilation ${dilation}` : ""}${ceil_mode ? ", ceil" : ""}${include ? ", padding counted" : ""}`;
  return {
    ...given,
    title: `${op} ${rank}-D kernel ${kernel}, stride ${stride}, pad ${pad}${how}`,
    attributes: { ...attributes, pads: all(pad, 2 * rank), dilations: all(dilation), ceil_mode, ...counted },
    ...{ y, dx, output },
  };
}

function sameCase([op, rank, kernel, stride, y = Number.NaN, dx = Number.NaN, ...output]: SameRow): Case {
  const { all: _, attributes, ...given } = common(op, rank, kernel, stride);
  return {
    ...given,
    title: `${op} ${rank}-D kernel ${kernel}, stride ${stride}, same`,
    attributes: { ...attributes, auto_pad: "SAME_UPPER" },
    ...{ y, dx, output },
  };
}

const CASES = [...GOLDEN.grid.map(gridCase), ...GOLDEN.same.map(sameCase)];

/** y, and for a step also dx; the two need not take the same way through an engine. */
function graphOf({ op: name, shape, kernel, attributes }: Case, kind: "inference" | "step"): Graph {
  const g = new GraphBuilder(kind);
  const x = g.input("x", "float32", shape);
  const op = OPS[name];
  if (!op) throw new Error(`no op ${name}`);
  const weights = name === "Conv" ? [g.constant(pattern([2, 3, ...kernel], 17))] : [];
  const output = g.op(op, [x, ...weights], attributes);
  const total = (value: typeof x, k: number) =>
    g.op(reduceSum, [g.op(mul, [value, g.constant(pattern(value.shape, k))])], { keepdims: 0 });
  const y = total(output, 7);
  g.output("output", output);
  g.output("y", y);
  if (kind === "step") {
    const [gradient = x] = gradients(g, y, [x]);
    g.output("dx", total(gradient, 13));
  }
  return g.build();
}

/** Negative numbers, zeros around them, perhaps a node that does nothing, and the pooling. */
function paddedPooling(op: "MaxPool" | "AveragePool", between: boolean): Graph {
  const g = new GraphBuilder("padded");
  const x = g.input("x", "float32", [1, 1, 2, 2]);
  const padded = g.op(pad, [x, g.int64s(0, 0, 1, 1, 0, 0, 1, 1)]);
  const pooled = between ? castTo(g, castTo(g, padded, "float64"), "float32") : padded;
  const windows = { kernel_shape: [2, 2], strides: [2, 2] };
  g.output("y", op === "MaxPool" ? g.op(maxPool, [pooled], windows) : g.op(averagePool, [pooled], windows));
  return g.build();
}

const PADDED = (["MaxPool", "AveragePool"] as const).flatMap((op) =>
  [false, true].map((between) => ({ op, between, y: op === "MaxPool" ? [0, 0, 0, 0] : [-0.25, -0.5, -0.75, -1] })),
);

type Run = (graph: Graph, shape: Shape) => Promise<Readonly<Record<string, { shape: Shape; number: number }>>>;

/** What is wrong with the cases of one op and rank, each with its title. */
async function faults(op: string, rank: number, run: Run): Promise<string[]> {
  const wrong: string[] = [];
  for (const item of CASES.filter((each) => each.op === op && each.kernel.length === rank)) {
    for (const kind of ["inference", "step"] as const) {
      try {
        const results = await run(graphOf(item, kind), item.shape);
        const shape = results.output?.shape.slice(2);
        if (String(shape) !== String(item.output))
          wrong.push(`${item.title}, ${kind}: output ${shape}, ${item.output}`);
        for (const name of kind === "step" ? (["y", "dx"] as const) : (["y"] as const)) {
          const number = results[name]?.number ?? Number.NaN;
          const close = Math.abs(number - item[name]) <= 2e-5 * Math.max(1, Math.abs(item[name]));
          if (!close) wrong.push(`${item.title}, ${kind}: ${name} ${number}, PyTorch ${item[name]}`);
        }
      } catch (error) {
        wrong.push(`${item.title}, ${kind}: ${(error as Error).message.slice(0, 200)}`);
      }
    }
  }
  return wrong;
}

const PARTS = ["MaxPool", "AveragePool", "Conv"].flatMap((op) => [1, 2, 3].map((rank) => ({ op, rank })));

test.for(ENGINES.missing)("engine $name", ({ reason }, { skip }) => skip(reason));

describe.each(ENGINES.available)("engine %s", (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startSmall(name);
  });
  afterAll(() => engine?.close());

  test.each(PARTS)(
    "$op in $rank dimensions: the whole grid is PyTorch's, forward and backward",
    async ({ op, rank }) => {
      const run: Run = async (graph, shape) => {
        const executable = await engine.compile(graph);
        const results = await executable.run({ x: pattern(shape, 11, 4) });
        await executable.close();
        return Object.fromEntries(
          Object.entries(results).map(([key, value]) => [key, { shape: value.shape, number: Number(value.data[0]) }]),
        );
      };
      expect(await faults(op, rank, run)).toEqual([]);
    },
  );

  test.each(PADDED)("zeros around the input of $op are zeros, a node between: $between", async ({ op, between, y }) => {
    const executable = await engine.compile(paddedPooling(op, between));
    const results = await executable.run({ x: fromNumbers("float32", [1, 1, 2, 2], [-1, -2, -3, -4]) });
    expect(Array.from(results.y?.data ?? [], Number)).toEqual(y);
    await executable.close();
  });
});

// The file says opset 20, where ONNX Runtime means other windows by ceil_mode than ONNX does since opset 22.
describe.skipIf(!ENGINES.available.includes("onnxruntime"))("a file, in ONNX Runtime", () => {
  test.each(PARTS)(
    "$op in $rank dimensions: the whole grid is PyTorch's, forward and backward",
    async ({ op, rank }) => {
      const run: Run = async (graph, shape) => {
        const session = await InferenceSession.create(writeOnnx(lower(graph, { target: "file" })), {
          logSeverityLevel: 4,
        });
        const results = await session.run({ x: new OrtTensor("float32", pattern(shape, 11, 4).data, [...shape]) });
        await session.release();
        return Object.fromEntries(
          Object.entries(results).map(([key, value]) => [key, { shape: value.dims, number: Number(value.data[0]) }]),
        );
      };
      expect(await faults(op, rank, run)).toEqual([]);
    },
  );

  test.each(PADDED)("zeros around the input of $op are zeros, a node between: $between", async ({ op, between, y }) => {
    const session = await InferenceSession.create(writeOnnx(lower(paddedPooling(op, between), { target: "file" })));
    const results = await session.run({ x: new OrtTensor("float32", Float32Array.of(-1, -2, -3, -4), [1, 1, 2, 2]) });
    expect(Array.from(results.y?.data as Float32Array)).toEqual(y);
    await session.release();
  });
});
