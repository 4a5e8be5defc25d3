import { availableParallelism } from "node:os";
import type { Engine, Executable } from "../../../engine/index.ts";
import { freeze } from "../../../graph/index.ts";
import type { Model } from "../../../model/index.ts";
import { copyTensor, type DrawAddress, sizeOf, type Tensor, tensor, uniform } from "../../../tensor/index.ts";
import { initialStates, rateTensor, sgd, trainingGraph } from "../../../training/index.ts";
import { buildNet } from "../../../zoo/index.ts";
import type { Context } from "../../context.ts";
import { DONE } from "../../exitCodes.ts";
import { openEngine } from "../../openEngine.ts";
import type { BenchFlags } from "./flags.ts";

const WARM_UP = 3;
const LEAST_STEPS = 5;
const SEED = 0;

/** `striate bench`: pictures a second, from the median time of a step. */
export async function benchNet(context: Context<BenchFlags>): Promise<number> {
  const { args, flags, output, checkInterrupted } = context;
  const [net = ""] = args;
  const { mode, batch, seconds, threads = availableParallelism() } = flags;
  const model = buildNet(net);
  const engine = await openEngine(context, { ...flags, threads });
  output.say(`measuring ${net} on ${engine.name} for ${seconds} s`);
  const bench = await (mode === "train" ? trainingBench : inferenceBench)(engine, model, batch);
  const median = medianOf(await stepTimes(bench, seconds, () => checkInterrupted("the benchmark")));
  const [images_per_second, median_ms] = [rounded((1000 * batch) / median), rounded(median)];
  output.result(
    { engine: engine.name, net, mode, batch, threads, images_per_second, median_ms },
    `${net}, ${mode}, batch ${batch}, ${engine.name} threads ${threads}: ` +
      `${images_per_second} pictures/s (median step ${median_ms} ms)`,
  );
  return DONE;
}

/** Something to measure: a graph made ready, and what each of its steps is fed. */
interface Bench {
  readonly executable: Executable;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

/** A whole step: forward, backward, and the update of SGD with momentum. */
async function trainingBench(engine: Engine, model: Model, batch: number): Promise<Bench> {
  const learningRate = 0.001;
  const optimizer = sgd({ learningRate, momentum: 0.9 });
  const graph = trainingGraph(model, "sparseCategoricalCrossentropy", optimizer, batch);
  const executable = await engine.compile(graph);
  await executable.writeState(initialStates(model, optimizer, graph));
  const target = randomLabels(batch, model.outputShape.at(-1) ?? 1);
  const feeds = { input: randomPictures(model, batch), target, learningRate: rateTensor(learningRate) };
  return { executable, feeds };
}

/** The way forward, with the weights as constants. */
async function inferenceBench(engine: Engine, model: Model, batch: number): Promise<Bench> {
  const graph = freeze(model.inferenceGraph(batch), model.toStates(model.weights));
  return { executable: await engine.compile(graph), feeds: { input: randomPictures(model, batch) } };
}

/** The milliseconds of each step after the first ones. A step's feeds are ready before its time begins. */
async function stepTimes(
  { executable, feeds }: Bench,
  seconds: number,
  checkInterrupted: () => void,
): Promise<number[]> {
  const times: number[] = [];
  let end = Number.POSITIVE_INFINITY;
  for (let step = 0; times.length < LEAST_STEPS || performance.now() < end; step++) {
    checkInterrupted();
    const copies = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, copyTensor(feed)]));
    const begin = performance.now();
    await executable.run(copies, { random: { seed: SEED, step } });
    if (step >= WARM_UP) times.push(performance.now() - begin);
    if (step === WARM_UP - 1) end = performance.now() + 1000 * seconds;
  }
  return times;
}

function randomPictures(model: Model, batch: number): Tensor {
  const shape = [batch, ...model.inputShape];
  return tensor("float32", shape, uniform(address("bench/pictures"), sizeOf(shape)));
}

function randomLabels(batch: number, classes: number): Tensor {
  const labels = Int32Array.from(uniform(address("bench/labels"), batch), (u) => Math.floor(u * classes));
  return tensor("int32", [batch], labels);
}

function address(stream: string): DrawAddress {
  return { seed: SEED, stream, counter: 0 };
}

function medianOf(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function rounded(x: number): number {
  return Math.round(100 * x) / 100;
}
