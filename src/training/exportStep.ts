import { checkOptions, wholeNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { encodeSafetensors } from "../formats/safetensors/safetensors.ts";
import type { Model } from "../model/index.ts";
import { lower, nextName, writeOnnx } from "../onnx/index.ts";
import type { Tensor } from "../tensor/index.ts";
import type { LossName } from "./losses/index.ts";
import { OBJECTIVE_OPTIONS, type ObjectiveOptions } from "./objective.ts";
import { adam, type Optimizer } from "./optimizers/index.ts";
import { initialStates, trainingGraph } from "./step/index.ts";

/** The options of `encodeTrainingStep` and `saveTrainingStep`. */
export interface TrainingStepOptions extends ObjectiveOptions {
  /** Default adam(). Its schedule stays behind: the learning rate is an input. */
  readonly optimizer?: Optimizer;
  /** Examples in a step. Default 32. */
  readonly batchSize?: number;
}

/** What a file with a training step takes and gives, by name. */
export interface TrainingStepFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** To feed at every step. */
  readonly inputs: readonly string[];
  /** Of those, the ones that want random numbers: uniform from [0, 1), or normal. */
  readonly random: readonly { readonly name: string; readonly distribution: "uniform" | "normal" }[];
  /** What to feed at the first step besides: weights, optimizer slots, statistics, the step's number. */
  readonly states: Readonly<Record<string, Tensor>>;
  /** For each state that changes, the output to feed in its place at the next step. */
  readonly next: Readonly<Record<string, string>>;
  readonly outputs: readonly string[];
}

/**
 * A whole training step, forward, backward and update, as one standard ONNX file, which runs wherever ONNX Runtime
 * does: feed `states` at the first step, and at each later one what `next` names of the one before.
 */
export function encodeTrainingStep(model: Model, objective: LossName | TrainingStepOptions = {}): TrainingStepFile {
  const options = typeof objective === "string" ? { loss: objective } : objective;
  checkOptions("encodeTrainingStep", options, { ...OBJECTIVE_OPTIONS, optimizer: true, batchSize: true });
  const { optimizer = adam() } = options;
  const batchSize = wholeNumber("encodeTrainingStep", "batchSize", options.batchSize ?? model.batchSize ?? 32);
  if ((optimizer.gradientAccumulationSteps ?? 1) > 1) {
    throw new StriateError(
      "usage",
      "encodeTrainingStep: gradientAccumulationSteps takes two graphs, and a file has one; leave it out",
    );
  }
  const graph = trainingGraph(model, options, optimizer, batchSize);
  return {
    bytes: writeOnnx(lower(graph, { target: "file" })),
    inputs: [...graph.inputs.map(({ name }) => name), ...graph.randoms.map(({ value }) => value.name)],
    random: graph.randoms.map(({ value, distribution }) => ({ name: value.name, distribution })),
    states: initialStates(model, optimizer, graph),
    next: Object.fromEntries(
      graph.states.filter(({ now, next }) => now !== next).map(({ now }) => [now.name, nextName(now)]),
    ),
    outputs: Object.keys(graph.outputs),
  };
}

/** Writes a training step, atomically, and its first states beside it in `statesPath`; see `encodeTrainingStep`. */
export async function saveTrainingStep(
  model: Model,
  path: string,
  statesPath: string,
  options: TrainingStepOptions = {},
): Promise<TrainingStepFile> {
  const file = encodeTrainingStep(model, options);
  await writeFileAtomic(statesPath, encodeSafetensors(new Map(Object.entries(file.states))));
  await writeFileAtomic(path, file.bytes);
  return file;
}
