import { batchPlan, type DataProblem } from "../data/index.ts";
import type { Engine } from "../engine/index.ts";
import { StriateError } from "../errors.ts";
import type { Model, Weights } from "../model/index.ts";
import { BatchReader } from "./batchReader.ts";
import type { Callback, EpochLog, Run, SaveMoment } from "./callbacks/index.ts";
import { type Checkpoint, type Progress, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { evaluateWith, measure, measuredOutputs } from "./evaluate.ts";
import { Executables } from "./executables.ts";
import { copyFeeds, type Examples, readExamples } from "./feeding.ts";
import type { History } from "./fit.ts";
import { afterEpoch, afterStep, meansOf, START, type StepResult } from "./position.ts";
import { callbackStates, restoreCallbacks, restoredStates } from "./resume.ts";
import { rateAt } from "./schedules.ts";
import type { FitSettings } from "./settings.ts";
import { checkSetup, setupOf } from "./setup.ts";
import { initialStates, ownStates } from "./step/index.ts";

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
  #position = START;
  /** Milliseconds in which the engine worked, and in which it waited for data. */
  readonly #time = { steps: 0, waited: 0 };
  #stopped = false;
  rateFactor = 1;

  constructor(model: Model, engine: Engine, settings: FitSettings) {
    this.model = model;
    this.#settings = settings;
    const { objective, optimizer, train, validation } = settings;
    const weighted = { training: train.weighted === true, validation: validation?.weighted === true };
    this.#executables = new Executables({ model, engine, objective, optimizer, weighted });
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
    const { resume, resumeChanges, epochs } = this.#settings;
    const checkpoint = resume === undefined ? undefined : await readCheckpoint(resume, this.model);
    if (checkpoint) checkSetup(resume ?? "", checkpoint.progress, this.#setup(), resumeChanges);
    try {
      await this.#start(resume ?? "", checkpoint);
      await this.#tell((callback) => callback.onTrainBegin?.(this));
      while (this.#position.epoch < epochs && !this.#stopped) await this.#trainEpoch();
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
    const { steps, waited } = this.#time;
    return steps + waited > 0 ? waited / (steps + waited) : 0;
  }

  async readWeights(): Promise<Weights> {
    const names = this.model.weightSpecs.map(({ key }) => key);
    return this.model.fromStates(await this.#executables.readState(names));
  }

  async writeWeights(weights: Weights): Promise<void> {
    await this.#executables.writeState(ownStates(this.model, weights));
  }

  async saveCheckpoint(path: string): Promise<void> {
    const callbacks = callbackStates(this.#settings.callbacks);
    const weightShapes = new Map(this.model.weightSpecs.map(({ key, spec }) => [key, spec.shape]));
    const states = this.#executables.states.map(
      ({ now }) => [now.name, { dtype: now.dtype, shape: weightShapes.get(now.name) ?? now.shape }] as const,
    );
    await writeCheckpoint(
      path,
      this.#progress(callbacks.data),
      new Map([...states, ...callbacks.tensors]),
      async (names) => {
        const read = await this.#executables.readState(names.filter((name) => !callbacks.tensors.has(name)));
        const weights = this.model.fromStates(read);
        this.#checkFinite(weights);
        return new Map([...Object.entries(read), ...weights, ...callbacks.tensors]);
      },
    );
  }

  /** A loss that is a number can leave weights that are none: they must not replace a good checkpoint. */
  #checkFinite(weights: Weights): void {
    for (const [key, { data }] of weights) {
      if (data.every((x) => Number.isFinite(x))) continue;
      throw new StriateError(
        "nan-loss",
        `weights of ${key} are no numbers any more after step ${this.#position.step}; training stopped, and ` +
          "the last checkpoint is kept. Try a learning rate that is 10 times smaller",
      );
    }
  }

  async #start(path: string, checkpoint: Checkpoint | undefined): Promise<void> {
    const { optimizer, batchSize, callbacks } = this.#settings;
    for (const callback of callbacks) callback.reset?.();
    await this.#executables.start(batchSize);
    const initial = initialStates(this.model, optimizer, this.#executables);
    if (!checkpoint) return this.#executables.writeState(initial);
    const states = restoredStates(path, this.model, checkpoint, initial);
    restoreCallbacks(path, checkpoint, callbacks);
    const { epoch, batch, step, sums, rateFactor, history, problems } = checkpoint.progress;
    this.#position = { epoch, batch, step, sums };
    this.rateFactor = rateFactor;
    this.#history = history;
    this.#oldProblems = problems;
    await this.#executables.writeState(states);
  }

  async #trainEpoch(): Promise<void> {
    const { train, batchSize, seed, shuffle, optimizer } = this.#settings;
    const { epoch, batch, step } = this.#position;
    const plan = batchPlan({ length: train.length, batchSize, seed, shuffle, epoch });
    // That of the epoch's first step, also where the run goes on in the middle of it.
    const learningRate = rateAt(optimizer.learningRate, step - batch) * this.rateFactor;
    const reader = new BatchReader((next) => this.#read(plan, next, epoch), plan.length, batch);
    for (let examples = await this.#timed(reader); examples; examples = await this.#timed(reader)) {
      this.#checkAborted();
      reader.readAhead();
      const result = await this.#runStep(examples);
      this.#position = afterStep(this.#position, result);
      await this.#afterStep(result.loss, plan.length);
    }
    const log: EpochLog = {
      epoch: epoch + 1,
      ...meansOf(this.#position.sums),
      ...(await this.#validate()),
      learningRate,
    };
    this.#history = [...this.#history, log];
    this.#position = afterEpoch(this.#position);
    await this.#tell((callback) => callback.onEpochEnd?.(log, this));
    await this.#save({ when: "epoch", log });
  }

  /** The next batch, and for how long the engine had to wait for it; before the first step there is nothing it could do. */
  async #timed(reader: BatchReader<Examples>): Promise<Examples | undefined> {
    const asked = performance.now();
    const examples = await reader.take();
    if (this.#time.steps > 0) this.#time.waited += performance.now() - asked;
    return examples;
  }

  async #read(plan: readonly Uint32Array[], batch: number, epoch: number): Promise<Examples> {
    const { train, objectives } = this.#settings;
    const indices = plan[batch] ?? new Uint32Array();
    const upcoming = plan.slice(batch + 1, batch + 1 + UPCOMING);
    return readExamples(this.model, train, objectives, indices, indices.length, { epoch, upcoming });
  }

  async #runStep({ inputs, targets, weights, count }: Examples): Promise<StepResult> {
    const { optimizer, objectives, seed } = this.#settings;
    const { step } = this.#position;
    const kept = copyFeeds(targets);
    const learningRate = rateAt(optimizer.learningRate, step) * this.rateFactor;
    const feeds = { ...inputs, ...targets, ...weights };
    const began = performance.now();
    const fetch = ["loss", ...measuredOutputs(objectives)];
    const outputs = await this.#executables.run({ count, feeds, learningRate, seed, step, fetch });
    this.#time.steps += performance.now() - began;
    return { examples: count, loss: Number(outputs.loss?.data[0]), metrics: measure(objectives, outputs, kept, count) };
  }

  async #afterStep(batchLoss: number, batches: number): Promise<void> {
    const { epoch, batch, step, sums } = this.#position;
    const log = { epoch: epoch + 1, batch, batches, step, batchLoss, means: meansOf(sums) };
    await this.#tell((callback) => callback.onBatchEnd?.(log, this));
    await this.#save({ when: "step", step });
  }

  async #validate(): Promise<Record<string, number>> {
    const { validation, validationBatchSize, objectives, signal } = this.#settings;
    if (!validation) return {};
    const batchSize = Math.min(validationBatchSize, validation.length);
    const executable = await this.#executables.evaluation(batchSize);
    const options = { batchSize, ...(signal && { signal }) };
    const result = await evaluateWith(executable, this.model, validation, objectives, options);
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
    const { epoch, step } = this.#position;
    const where = `in epoch ${epoch + 1} after step ${step}`;
    throw new StriateError("interrupted", `training was interrupted ${where}`, { cause: signal.reason });
  }

  #setup(): Progress["setup"] {
    return setupOf(this.model, this.#settings);
  }

  #progress(callbacks: Progress["callbacks"]): Progress {
    return {
      format: 1,
      model: this.model.name,
      setup: this.#setup(),
      ...this.#position,
      rateFactor: this.rateFactor,
      history: this.#history.map((log) => ({ ...log })),
      problems: this.problems.map((problem) => ({ ...problem })),
      callbacks,
    };
  }
}
