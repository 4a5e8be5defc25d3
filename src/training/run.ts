import { batchPlan } from "../data/index.ts";
import type { Engine, Executable } from "../engine/index.ts";
import { asError, StriateError } from "../errors.ts";
import type { Graph } from "../graph/index.ts";
import type { Model, Weights } from "../model/index.ts";
import { sameShape, type Tensor, typeText } from "../tensor/index.ts";
import type { Callback, EpochLog, Run, SaveMoment } from "./callbacks/index.ts";
import { type Checkpoint, type Progress, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { evaluateWith } from "./evaluate.ts";
import { type Examples, randomFeeds, readExamples } from "./feeding.ts";
import type { FitSettings, History } from "./fit.ts";
import { rateAt } from "./schedules.ts";
import { evaluationGraph, initialStates, rateTensor, trainingGraph } from "./step.ts";

/** Examples in a batch of the validation, where no gradient has to be kept. */
const VALIDATION_BATCH = 256;

interface Step {
  readonly graph: Graph;
  readonly executable: Executable;
}

/** One call of `fit`: owns the executables, and knows at every moment what a checkpoint must hold. */
export class TrainingRun implements Run {
  readonly model: Model;
  readonly #engine: Engine;
  readonly #settings: FitSettings;
  readonly #steps = new Map<number, Step>();
  #main: Step | undefined;
  #evaluation: Executable | undefined;
  #history: EpochLog[] = [];
  #epoch = 0;
  #batch = 0;
  #step = 0;
  #sums = { examples: 0, loss: 0, metrics: {} as Record<string, number> };
  #stopped = false;
  rateFactor = 1;

  constructor(model: Model, engine: Engine, settings: FitSettings) {
    this.model = model;
    this.#engine = engine;
    this.#settings = settings;
  }

  get history(): readonly EpochLog[] {
    return this.#history;
  }

  get epochs(): number {
    return this.#settings.epochs;
  }

  stop(): void {
    this.#stopped = true;
  }

  async train(): Promise<History> {
    const { resume, epochs } = this.#settings;
    const checkpoint = resume === undefined ? undefined : await readCheckpoint(resume, this.model);
    if (checkpoint) this.#checkSetup(resume ?? "", checkpoint.progress);
    try {
      await this.#start(resume ?? "", checkpoint);
      await this.#tell((callback) => callback.onTrainBegin?.(this));
      while (this.#epoch < epochs && !this.#stopped) await this.#trainEpoch();
      await this.#tell((callback) => callback.onTrainEnd?.(this));
      this.model.setWeights(await this.readWeights());
      return { epochs: this.#history };
    } catch (error) {
      // What was learnt is kept, unless it is the engine that failed; the error to tell is the first one.
      await this.readWeights().then(
        (weights) => this.model.setWeights(weights),
        () => undefined,
      );
      if (error instanceof StriateError && error.code === "interrupted") await this.#save({ when: "interrupt" });
      throw error;
    } finally {
      await this.#close().catch(() => undefined);
    }
  }

  async readWeights(): Promise<Weights> {
    return this.model.fromStates(await this.#executable().readState());
  }

  async writeWeights(weights: Weights): Promise<void> {
    await this.#executable().writeState(this.model.toStates(weights));
  }

  async saveCheckpoint(path: string): Promise<void> {
    const checkpoint = await this.#checkpoint();
    this.#checkFinite(checkpoint);
    await writeCheckpoint(path, checkpoint);
  }

  /** A loss that is a number can leave weights that are none: they must not replace a good checkpoint. */
  #checkFinite({ tensors }: Checkpoint): void {
    const bad = this.model.weightSpecs.find(({ key }) =>
      tensors.get(key)?.data.some((x) => !Number.isFinite(Number(x))),
    );
    if (!bad) return;
    throw new StriateError(
      "nan-loss",
      `weights of ${bad.key} are no numbers any more after step ${this.#step}; training stopped, and ` +
        "the last checkpoint is kept. Try a learning rate that is 10 times smaller",
    );
  }

  async #start(path: string, checkpoint: Checkpoint | undefined): Promise<void> {
    const { optimizer, batchSize } = this.#settings;
    const { graph, executable } = await this.#stepOf(batchSize);
    const states = initialStates(this.model, optimizer, graph);
    if (checkpoint) this.#restore(path, checkpoint, states);
    await executable.writeState(states);
  }

  async #trainEpoch(): Promise<void> {
    const { train, batchSize, seed, shuffle, metrics, optimizer } = this.#settings;
    const plan = batchPlan({ length: train.length, batchSize, seed, shuffle, epoch: this.#epoch });
    // That of the epoch's first step, also where the run goes on in the middle of it.
    const learningRate = rateAt(optimizer.learningRate, this.#step - this.#batch) * this.rateFactor;
    let examples = await this.#read(plan[this.#batch]);
    while (examples) {
      this.#checkAborted();
      const [loss, next]: [number, Examples | undefined] = await Promise.all([
        this.#runStep(examples),
        this.#read(plan[this.#batch + 1]),
      ]);
      this.#batch++;
      await this.#afterStep(loss, plan.length);
      examples = next;
    }
    const means = this.#means();
    const log: EpochLog = { epoch: this.#epoch + 1, ...means, ...(await this.#validate()), learningRate };
    this.#history = [...this.#history, log];
    this.#epoch++;
    this.#batch = 0;
    this.#sums = { examples: 0, loss: 0, metrics: Object.fromEntries(metrics.map(({ name }) => [name, 0])) };
    await this.#tell((callback) => callback.onEpochEnd?.(log, this));
    await this.#save({ when: "epoch", log });
  }

  /** The examples of a batch, read while the step before runs; nothing after the last one. */
  async #read(indices: Uint32Array | undefined): Promise<Examples | undefined> {
    if (!indices) return undefined;
    return readExamples(this.model, this.#settings.train, this.#settings.loss, indices);
  }

  async #runStep(examples: Examples): Promise<number> {
    const { optimizer, metrics, seed } = this.#settings;
    const { inputs, targets } = examples;
    const count = inputs.shape[0] ?? 0;
    const { graph, executable } = await this.#stepOf(count);
    const kept = { ...targets, data: targets.data.slice() } as Tensor;
    const learningRate = rateTensor(rateAt(optimizer.learningRate, this.#step) * this.rateFactor);
    const feeds = { input: inputs, target: targets, learningRate, ...randomFeeds(graph, seed, this.#step) };
    const { loss, predictions } = await executable.run(feeds);
    const mean = Number(loss?.data[0]);
    this.#step++;
    this.#sums.examples += count;
    this.#sums.loss += mean * count;
    for (const metric of metrics) {
      const sum = predictions ? metric.sum(predictions, kept, count) : 0;
      this.#sums.metrics[metric.name] = (this.#sums.metrics[metric.name] ?? 0) + sum;
    }
    return mean;
  }

  async #afterStep(batchLoss: number, batches: number): Promise<void> {
    const log = {
      epoch: this.#epoch + 1,
      batch: this.#batch,
      batches,
      step: this.#step,
      batchLoss,
      means: this.#means(),
    };
    await this.#tell((callback) => callback.onBatchEnd?.(log, this));
    await this.#save({ when: "step", step: this.#step });
  }

  #means(): { loss: number } & Record<string, number> {
    const { examples, loss, metrics } = this.#sums;
    const means = Object.entries(metrics).map(([name, sum]) => [name, sum / examples]);
    return { loss: loss / examples, ...Object.fromEntries(means) };
  }

  async #validate(): Promise<Record<string, number>> {
    const { validation, loss, metrics, signal } = this.#settings;
    if (!validation) return {};
    const batchSize = Math.min(VALIDATION_BATCH, validation.length);
    this.#evaluation ??= await this.#engine.compile(evaluationGraph(this.model, loss, batchSize), {
      sharing: this.#executable(),
    });
    const options = { loss, metrics, batchSize, ...(signal && { signal }) };
    const result = await evaluateWith(this.#evaluation, this.model, validation, options);
    const named = Object.entries(result.metrics).map(([name, value]) => [
      `validation${name[0]?.toUpperCase()}${name.slice(1)}`,
      value,
    ]);
    return { validationLoss: result.loss, ...Object.fromEntries(named) };
  }

  /** The step compiled for a batch size; all of them share their states. */
  async #stepOf(batchSize: number): Promise<Step> {
    const known = this.#steps.get(batchSize);
    if (known) return known;
    const { loss, optimizer } = this.#settings;
    const graph = trainingGraph(this.model, loss, optimizer, batchSize);
    const executable = await this.#engine.compile(graph, this.#main ? { sharing: this.#main.executable } : {});
    const step = { graph, executable };
    this.#steps.set(batchSize, step);
    this.#main ??= step;
    return step;
  }

  #executable(): Executable {
    if (!this.#main) throw new StriateError("usage", "the training run has not started");
    return this.#main.executable;
  }

  async #tell(hook: (callback: Callback) => void | Promise<void>): Promise<void> {
    for (const callback of this.#settings.callbacks) await hook(callback);
  }

  async #save(moment: SaveMoment): Promise<void> {
    await this.#tell((callback) => callback.onSave?.(moment, this));
  }

  #checkAborted(): void {
    const { signal } = this.#settings;
    if (!signal?.aborted) return;
    const where = `in epoch ${this.#epoch + 1} after step ${this.#step}`;
    throw new StriateError("interrupted", `training was interrupted ${where}`, { cause: signal.reason });
  }

  #setup(): Progress["setup"] {
    const { seed, batchSize, shuffle, loss, optimizer, train } = this.#settings;
    const examples = train.length;
    return { seed, batchSize, examples, shuffle, loss, optimizer: JSON.stringify([optimizer.name, optimizer.config]) };
  }

  #checkSetup(path: string, { setup }: Progress): void {
    const mine: Readonly<Record<string, unknown>> = this.#setup();
    const changed = Object.entries(setup).filter(([key, value]) => mine[key] !== value);
    if (changed.length === 0) return;
    const list = changed.map(([key, value]) => `${key} was ${value} and is ${mine[key]} now`).join("; ");
    throw new StriateError(
      "checkpoint",
      `checkpoint ${path} is of a run with another setup: ${list}; resume with the same one`,
    );
  }

  async #checkpoint(): Promise<Checkpoint> {
    const states = await this.#executable().readState();
    const tensors = new Map<string, Tensor>(
      Object.entries({ ...states, ...Object.fromEntries(this.model.fromStates(states)) }),
    );
    const callbacks: Record<string, unknown> = {};
    for (const [name, callback] of this.#namedCallbacks()) {
      const kept = callback.state?.();
      if (!kept) continue;
      callbacks[name] = kept.data;
      for (const [key, tensor] of kept.tensors ?? []) tensors.set(callbackTensor(name, key), tensor);
    }
    const progress: Progress = {
      format: 1,
      model: this.model.name,
      setup: this.#setup(),
      epoch: this.#epoch,
      batch: this.#batch,
      step: this.#step,
      sums: { ...this.#sums },
      rateFactor: this.rateFactor,
      history: this.#history.map((log) => ({ ...log })),
      callbacks,
    };
    return { progress, tensors };
  }

  #restore(path: string, { progress, tensors }: Checkpoint, states: Record<string, Tensor>): void {
    const weights: [string, Tensor<"float32">][] = this.model.weightSpecs.flatMap(({ key }) => {
      const weight = tensors.get(key);
      return weight ? [[key, weight as Tensor<"float32">]] : [];
    });
    Object.assign(states, this.model.toStates(new Map(weights)));
    for (const [name, { dtype, shape }] of Object.entries(states)) {
      if (!name.startsWith("optimizer/")) continue;
      const state = tensors.get(name);
      if (state?.dtype !== dtype || !sameShape(state.shape, shape)) {
        const found = state ? `is ${typeText(state)} in place of ${typeText({ dtype, shape })}` : "is missing";
        throw new StriateError(
          "checkpoint",
          `checkpoint ${path} does not hold all of the run's state: ${name} ${found}`,
        );
      }
      states[name] = state;
    }
    this.#epoch = progress.epoch;
    this.#batch = progress.batch;
    this.#step = progress.step;
    this.#sums = { ...progress.sums };
    this.rateFactor = progress.rateFactor;
    this.#history = progress.history.map((log) => ({ ...log }));
    for (const [name, callback] of this.#namedCallbacks()) {
      if (name in progress.callbacks) restoreCallback(path, name, callback, progress.callbacks[name], tensors);
    }
  }

  /** The callbacks under the names that a checkpoint knows them by: from the second of a kind on with a number. */
  #namedCallbacks(): [string, Callback][] {
    const counts = new Map<string, number>();
    return this.#settings.callbacks.map((callback) => {
      const count = (counts.get(callback.name) ?? 0) + 1;
      counts.set(callback.name, count);
      return [count === 1 ? callback.name : `${callback.name} ${count}`, callback];
    });
  }

  async #close(): Promise<void> {
    await this.#evaluation?.close();
    for (const { executable } of this.#steps.values()) await executable.close();
  }
}

/** The name in a checkpoint of a tensor that a callback keeps. */
function callbackTensor(callback: string, key: string): string {
  return `callback/${callback}/${key}`;
}

function restoreCallback(
  path: string,
  name: string,
  callback: Callback,
  data: unknown,
  tensors: ReadonlyMap<string, Tensor>,
): void {
  const prefix = callbackTensor(name, "");
  const own = [...tensors].filter(([key]) => key.startsWith(prefix));
  try {
    callback.restore?.({
      data,
      tensors: new Map(own.map(([key, tensor]) => [key.slice(prefix.length), tensor as Tensor<"float32">])),
    });
  } catch (error) {
    throw new StriateError(
      "checkpoint",
      `checkpoint ${path}: the state of ${name} is not what it writes: ${asError(error).message}`,
      { cause: error },
    );
  }
}
