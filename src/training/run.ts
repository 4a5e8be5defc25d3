import { batchPlan, type DataProblem } from "../data/index.ts";
import type { Engine } from "../engine/index.ts";
import { StriateError } from "../errors.ts";
import type { Model, Weights } from "../model/index.ts";
import type { Callback, EpochLog, Run, SaveMoment } from "./callbacks/index.ts";
import { type Checkpoint, type Progress, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { evaluateWith, measure } from "./evaluate.ts";
import { Executables } from "./executables.ts";
import { copyFeeds, type Examples, randomFeeds, readExamples } from "./feeding.ts";
import type { FitSettings, History } from "./fit.ts";
import { objectiveText } from "./objective.ts";
import { callbackStates, checkSetup, restoreCallbacks, restoredStates } from "./resume.ts";
import { rateAt } from "./schedules.ts";
import { initialStates, ownStates, rateTensor } from "./step.ts";

/** Examples in a batch of the validation, where no gradient has to be kept. */
const VALIDATION_BATCH = 256;

/** How many batches ahead the data set is told what will be read. */
const UPCOMING = 32;

/** One call of `fit`: knows at every moment where it stands, and what a checkpoint must hold. */
export class TrainingRun implements Run {
  readonly model: Model;
  readonly #settings: FitSettings;
  readonly #executables: Executables;
  #history: EpochLog[] = [];
  /** Found before a resume. */
  #oldProblems: readonly DataProblem[] = [];
  #epoch = 0;
  #batch = 0;
  #step = 0;
  #sums = { examples: 0, loss: 0, metrics: {} as Record<string, number> };
  /** Milliseconds in steps alone, in steps with the reading beside them, and at the beginning of epochs. */
  readonly #time = { steps: 0, all: 0, waited: 0 };
  #stopped = false;
  rateFactor = 1;

  constructor(model: Model, engine: Engine, settings: FitSettings) {
    this.model = model;
    this.#settings = settings;
    this.#executables = new Executables({
      model,
      engine,
      objective: settings.objective,
      optimizer: settings.optimizer,
    });
  }

  get history(): readonly EpochLog[] {
    return this.#history;
  }

  /** What training and validation left out. */
  get problems(): readonly DataProblem[] {
    const { train, validation } = this.#settings;
    const all = [this.#oldProblems, train.problems?.() ?? [], validation?.problems?.() ?? []].flat();
    const byPath = new Map(all.map((problem) => [problem.path, problem]));
    // In the order of the paths: that in which they were found depends on the workers.
    return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
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
    if (checkpoint) checkSetup(resume ?? "", checkpoint.progress, this.#setup());
    try {
      await this.#start(resume ?? "", checkpoint);
      await this.#tell((callback) => callback.onTrainBegin?.(this));
      while (this.#epoch < epochs && !this.#stopped) await this.#trainEpoch();
      await this.#tell((callback) => callback.onTrainEnd?.(this));
      this.model.setWeights(await this.readWeights());
      const { problems } = this;
      return { epochs: this.#history, dataWait: this.#dataWait(), ...(problems.length > 0 && { problems }) };
    } catch (error) {
      // What was learnt is kept, unless it is the engine that failed; the error to tell is the first one.
      await this.readWeights().then(
        (weights) => this.model.setWeights(weights),
        () => undefined,
      );
      if (error instanceof StriateError && error.code === "interrupted") await this.#save({ when: "interrupt" });
      throw error;
    } finally {
      await this.#executables.close().catch(() => undefined);
    }
  }

  /** The fraction of the time in which the engine could have worked, had there been data. */
  #dataWait(): number {
    const { steps, all, waited } = this.#time;
    return all + waited > 0 ? (all - steps + waited) / (all + waited) : 0;
  }

  async readWeights(): Promise<Weights> {
    return this.model.fromStates(await this.#executables.main.readState());
  }

  async writeWeights(weights: Weights): Promise<void> {
    await this.#executables.main.writeState(ownStates(this.model, weights));
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
    const { optimizer, batchSize, callbacks } = this.#settings;
    const { graph, executable } = await this.#executables.step(batchSize);
    const initial = initialStates(this.model, optimizer, graph);
    if (!checkpoint) return executable.writeState(initial);
    const states = restoredStates(path, this.model, checkpoint, initial);
    restoreCallbacks(path, checkpoint, callbacks);
    const { progress } = checkpoint;
    this.#epoch = progress.epoch;
    this.#batch = progress.batch;
    this.#step = progress.step;
    this.#sums = { ...progress.sums };
    this.rateFactor = progress.rateFactor;
    this.#history = progress.history.map((log) => ({ ...log }));
    this.#oldProblems = progress.problems;
    await executable.writeState(states);
  }

  async #trainEpoch(): Promise<void> {
    const { train, batchSize, seed, shuffle, optimizer } = this.#settings;
    const plan = batchPlan({ length: train.length, batchSize, seed, shuffle, epoch: this.#epoch });
    // That of the epoch's first step, also where the run goes on in the middle of it.
    const learningRate = rateAt(optimizer.learningRate, this.#step - this.#batch) * this.rateFactor;
    const asked = performance.now();
    let examples = await this.#read(plan, this.#batch);
    // Before the very first batch there is nothing that an engine could do.
    if (this.#time.steps > 0) this.#time.waited += performance.now() - asked;
    while (examples) {
      this.#checkAborted();
      const begin = performance.now();
      const read = this.#read(plan, this.#batch + 1);
      const [loss, next]: [number, Examples | undefined] = await Promise.all([
        this.#runStep(examples).then((done) => {
          this.#time.steps += performance.now() - begin;
          return done;
        }),
        read,
      ]);
      this.#time.all += performance.now() - begin;
      this.#batch++;
      await this.#afterStep(loss, plan.length);
      examples = next;
    }
    const means = this.#means();
    const log: EpochLog = { epoch: this.#epoch + 1, ...means, ...(await this.#validate()), learningRate };
    this.#history = [...this.#history, log];
    this.#epoch++;
    this.#batch = 0;
    this.#sums = { examples: 0, loss: 0, metrics: {} };
    await this.#tell((callback) => callback.onEpochEnd?.(log, this));
    await this.#save({ when: "epoch", log });
  }

  /** The examples of a batch, read while the step before runs; nothing after the last one. */
  async #read(plan: readonly Uint32Array[], batch: number): Promise<Examples | undefined> {
    const indices = plan[batch];
    if (!indices) return undefined;
    const { train, goals } = this.#settings;
    const upcoming = plan.slice(batch + 1, batch + 1 + UPCOMING);
    return readExamples(this.model, train, goals, indices, indices.length, { epoch: this.#epoch, upcoming });
  }

  async #runStep(examples: Examples): Promise<number> {
    const { optimizer, goals, seed } = this.#settings;
    const { inputs, targets, count } = examples;
    const { graph, executable } = await this.#executables.step(count);
    const kept = copyFeeds(targets);
    const learningRate = rateTensor(rateAt(optimizer.learningRate, this.#step) * this.rateFactor);
    const feeds = { ...inputs, ...targets, learningRate, ...randomFeeds(graph, seed, this.#step) };
    const outputs = await executable.run(feeds);
    const mean = Number(outputs.loss?.data[0]);
    this.#step++;
    this.#sums.examples += count;
    this.#sums.loss += mean * count;
    const sums = { ...this.#sums.metrics };
    for (const [name, sum] of measure(goals, outputs, kept, count)) sums[name] = (sums[name] ?? 0) + sum;
    this.#sums.metrics = sums;
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
    const { validation, goals, signal } = this.#settings;
    if (!validation) return {};
    const batchSize = Math.min(VALIDATION_BATCH, validation.length);
    const executable = await this.#executables.evaluation(batchSize);
    const options = { batchSize, ...(signal && { signal }) };
    const result = await evaluateWith(executable, this.model, validation, goals, options);
    const named = Object.entries(result.metrics).map(([name, value]) => [
      `validation${name[0]?.toUpperCase()}${name.slice(1)}`,
      value,
    ]);
    return { validationLoss: result.loss, ...Object.fromEntries(named) };
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
    const { seed, batchSize, shuffle, goals, optimizer, train } = this.#settings;
    const examples = train.length;
    const loss = objectiveText(goals);
    return { seed, batchSize, examples, shuffle, loss, optimizer: JSON.stringify([optimizer.name, optimizer.config]) };
  }

  async #checkpoint(): Promise<Checkpoint> {
    const states = await this.#executables.main.readState();
    const callbacks = callbackStates(this.#settings.callbacks);
    const tensors = new Map([...Object.entries(states), ...this.model.fromStates(states), ...callbacks.tensors]);
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
      problems: this.problems.map((problem) => ({ ...problem })),
      callbacks: callbacks.data,
    };
    return { progress, tensors };
  }
}
