// A stack's forward pass and one training step, on an engine or as a file in ONNX Runtime, against `reference`.
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { drawRandoms, type Engine, type Tensors } from "#striate/engine/index";
import { freeze, type Graph } from "#striate/graph/index";
import { lower, nextName, writeOnnx } from "#striate/onnx/index";
import { rewriteNodes } from "#striate/onnx/rewriteNodes";
import { mul } from "#striate/ops/index";
import { fromNumbers, type Tensor, toNumbers } from "#striate/tensor/index";
import { initialStates, rateTensor, sgd, trainingGraph } from "#striate/training/index";
import { labels, pattern } from "./pattern.ts";
import { randomStack } from "./randomStack.ts";

/** What a graph gives for its inputs and states: its outputs, and the states after the run. */
export type Runner = (graph: Graph, feeds: Tensors, states: Tensors) => Promise<Tensors>;

export function onEngine(engine: Engine): Runner {
  return async (graph, feeds, states) => {
    const executable = await engine.compile(graph);
    // What is given is taken over.
    await executable.writeState(structuredClone(states));
    const outputs = await executable.run(structuredClone(feeds));
    const after = await executable.readState();
    await executable.close();
    return { ...after, ...outputs };
  };
}

/** The graph as an exported file, with all that ONNX Runtime does to one by default. */
export const asFile: Runner = async (graph, feeds, states) => {
  const session = await InferenceSession.create(writeOnnx(lower(graph, { target: "file" })), { logSeverityLevel: 4 });
  const given = Object.entries({ ...feeds, ...states }).map(([name, { dtype, shape, data }]) => [
    name,
    new OrtTensor(dtype, data as Float32Array, [...shape]),
  ]);
  const results = await session.run(Object.fromEntries(given));
  await session.release();
  const found = (name: string) => {
    const { data, dims } = results[name] ?? { data: [], dims: [0] };
    return fromNumbers("float64", dims, Array.from(data as Float32Array, Number));
  };
  const after = graph.states.map(({ now, next }) => [now.name, now === next ? states[now.name] : found(nextName(now))]);
  return Object.fromEntries([...Object.keys(graph.outputs).map((name) => [name, found(name)]), ...after]);
};

interface Run {
  readonly title: string;
  readonly graph: Graph;
  readonly feeds: Tensors;
  readonly states: Tensors;
}

const BATCH = 3;

/** The rate is 1, so that the slots of momentum hold the gradients. */
const optimizer = sgd({ learningRate: 1, momentum: 0.9 });

function runsOf(seed: number): Run[] {
  const { model, classes } = randomStack(seed);
  const input = pattern([BATCH, ...model.inputShape], 10 + seed, 3);
  const target = classes ? labels(BATCH, 20 + seed, 3) : pattern([BATCH, ...model.outputShape], 20 + seed, 2);
  const loss = classes ? "sparseCategoricalCrossentropy" : "meanSquaredError";
  const step = trainingGraph(model, loss, optimizer, BATCH);
  const inference = freeze(model.inferenceGraph(BATCH), model.toStates(model.weights));
  const feeds = { input, target, learningRate: rateTensor(1), ...drawRandoms(step, { seed, step: 0 }) };
  return [
    { title: "forward", graph: inference, feeds: { input }, states: {} },
    { title: "step", graph: step, feeds, states: initialStates(model, optimizer, step) },
  ];
}

const TOLERANCE = 1e-3;

/** The tensor whose numbers are furthest apart, relative to its largest one or a hundredth of the largest of all. */
function furthest(actual: Tensors, wanted: Tensors): { readonly name: string; readonly difference: number } {
  const largest = (tensor: Tensor) => toNumbers(tensor).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const floor = 1e-2 * Math.max(1e-2, ...Object.values(wanted).map(largest));
  let worst = { name: "", difference: 0 };
  for (const [name, tensor] of Object.entries(wanted)) {
    const [mine, numbers] = [actual[name] && toNumbers(actual[name]), toNumbers(tensor)];
    const gap = numbers.reduce((most, x, i) => {
      const difference = Math.abs((mine?.[i] ?? Number.NaN) - x);
      return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
    }, 0);
    const difference = mine?.length === numbers.length ? gap / Math.max(floor, largest(tensor)) : Infinity;
    if (difference > worst.difference) worst = { name, difference };
  }
  return worst;
}

/** The graph with the result of every node moved by some millionths of itself, which is what a float32 leaves open. */
function jittered(graph: Graph, k: number): Graph {
  return rewriteNodes(graph, (g, node, op) =>
    g.ops(op, node.inputs, node.attributes).map((output) => {
      if (output.dtype !== "float32") return output;
      const factors = toNumbers(pattern(output.shape, k, 4e-6)).map((move) => 1 + move);
      return g.op(mul, [output, g.numbers("float32", output.shape, [...factors])]);
    }),
  );
}

/**
 * How a runner's numbers for a stack differ from the reference's, each difference as a line. Where the reference's own
 * numbers jump as far when its results are jittered (equal maxima, the variance of equal numbers), it says nothing.
 */
export async function differences(seed: number, run: Runner, reference: Runner): Promise<string[]> {
  const found: string[] = [];
  for (const { title, graph, feeds, states } of runsOf(seed)) {
    const at = `seed ${seed}, ${title}`;
    try {
      const wanted = await reference(graph, feeds, states);
      if (!Object.values(wanted).every((tensor) => toNumbers(tensor).every(Number.isFinite))) continue;
      const { name, difference } = furthest(await run(graph, feeds, states), wanted);
      if (difference <= TOLERANCE) continue;
      const jumps = [];
      for (const k of [1, 2, 3]) {
        jumps.push(furthest(await reference(jittered(graph, k), feeds, states), wanted).difference);
      }
      if (difference > 10 * Math.max(...jumps)) found.push(`${at}: ${name} differs by ${difference.toExponential(1)}`);
    } catch (error) {
      found.push(`${at}: ${(error as Error).message.slice(0, 300)}`);
    }
  }
  return found;
}
