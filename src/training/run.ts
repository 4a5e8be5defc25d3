import { batchPlan, type DataProblem } from "../data/index.ts";
import type { Engine, Tensors } from "../engine/index.ts";
import { StriateError } from "../errors.ts";
import type { Model, Weights } from "../model/index.ts";
import { BatchReader } from "./batchReader.ts";
import type { Callback, EpochLog, Run, SaveMoment } from "./callbacks/index.ts";
import { type Checkpoint, type Progress, readCheckpoint } from "./checkpoint.ts";
import { EngineTime } from "./engineTime.ts";
import { evaluateWith, measure, measuredOutputs } from "./evaluate.ts";
import { Executables } from "./executables.ts";
import { copyFeeds, type Examples } from "./feeding.ts";
import type { History } from "./fit.ts";
import { frozenParts, RunExamples, validationSize } from "./frozen/runExamples.ts";
import { afterEpoch, afterStep, meansOf, START, type StepResult } from "./position.ts";
import { problemsOf } from "./problems.ts";
import { restoreCallbacks, restoredStates } from "./resume.ts";
import { RunStates } from "./runStates.ts";
import { rateAt } from "./schedules.ts";
import type { FitSettings } from "./settings.ts";
import { checkSetup, setupOf } from "./setup.ts";
import { initialStates } from "./step/index.ts";

/** How many batches ahead the data set is told what will be read. */
const UPCOMING = 32;

/** One call of `fit`: knows at every moment where it stands, and what a checkpoint must hold. */
export class TrainingRun implements Run {
  readonly model: Model;
  readonly #settings: FitSettings;
  readonly #executables: Executables;
  readonly #states: RunStates;
  readonly #examples: RunExamples;
  #history: EpochLog[] = [];
  /** Found before a resume. */
  #oldProblems: readonly DataProblem[] = [];
  #position = START;
  readonly #time = new EngineTime();
  #stopped = false;
  rateFactor = 1;

  constructor(model: Model, engine: Engine, settings: FitSettings) {
    this.model = model;
    this.#settings = settings;
    const { objective, optimizer, train, validation } = settings;
    const weighted = { training: train.weighted === true, validation: validation?.weighted === true };
    const parts = frozenParts(model, settings);
    const frontiers = { training: parts.training?.frontier, validation: parts.validation?.frontier };
    this.#executables = new Executables({ model, engine, objective, optimizer, weighted, frontiers });
    this.#examples = new RunExamples(model, engine.name, settings, parts, this.#executables);
    this.#states = new RunStates(model, this.#executables);
  }

  get history(): readonly EpochLog[] {
    return this.#history;
  }

  /** What training and validation left out. */
  get problems(): readonly DataProblem[] {
    const { train, validation } = this.#settings;
    return problemsOf(this.#oldProblems, train, validation);
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
    if (checkpoint) checkSetup(resume ?? "", checkpoint.progress, setupOf(this.model, this.#settings), resumeChanges);
    try {
      await this.#start(resume ?? "", checkpoint);
      await this.#tell((callback) => callback.onTrainBegin?.(this));
      while (this.#position.epoch < epochs && !this.#stopped) await this.#trainEpoch();
      await this.#tell((callback) => callback.onTrainEnd?.(this));
      this.model.setWeights(await this.readWeights());
      const { problems } = this;
      return { epochs: this.#history, dataWait: this.#time.waitedShare, ...(problems.length > 0 && { problems }) };
    } catch (error) {
      // What was learnt is kept, unless it is the engine that failed; the error to tell is the first one.
      await this.readWeights().then(
        (weights) => this.model.setWeights(weights),
        () => undefined,
      );
      if (error instanceof StriateError && error.code === "interrupted") await this.#save({ when: "interrupt" });
      throw error;
    } finally {
      await this.#examples.flush();
      await this.#executables.close().catch(() => undefined);
    }
  }

  readWeights(): Promise<Weights> {
    return this.#states.readWeights();
  }

  async writeWeights(weights: Weights): Promise<void> {
    await this.#states.writeWeights(weights);
    await this.#examples.weightsChanged();
  }

  saveCheckpoint(path: string): Promise<void> {
    return this.#states.save(path, this.#settings.callbacks, (data) => this.#progress(data));
  }

  async #start(path: string, checkpoint: Checkpoint | undefined): Promise<void> {
    const { optimizer, batchSize, callbacks } = this.#settings;
    for (const callback of callbacks) callback.reset?.();
    await this.#executables.start(batchSize);
    const initial = initialStates(this.model, optimizer, this.#executables);
    if (checkpoint) await this.#executables.writeState(this.#resumed(path, checkpoint, initial));
    else await this.#executables.writeState(initial);
    await this.#examples.weightsChanged();
  }

  /** Goes on from a checkpoint. @returns the states there */
  #resumed(path: string, checkpoint: Checkpoint, initial: Tensors): Tensors {
    const { callbacks } = this.#settings;
    const states = restoredStates(path, this.model, checkpoint, initial);
    restoreCallbacks(path, checkpoint, callbacks);
    const { epoch, batch, step, sums, rateFactor, history, problems } = checkpoint.progress;
    this.#position = { epoch, batch, step, sums };
    this.rateFactor = rateFactor;
    this.#history = history;
    this.#oldProblems = problems;
    return states;
  }

  async #trainEpoch(): Promise<void> {
    const { train, batchSize, seed, shuffle, optimizer } = this.#settings;
    const { epoch, batch, step } = this.#position;
    const plan = batchPlan({ length: train.length, batchSize, seed, shuffle, epoch });
    // That of the epoch's first step, also where the run goes on in the middle of it.
    const learningRate = rateAt(optimizer.learningRate, step - batch) * this.rateFactor;
    const reader = new BatchReader((index) => this.#read(plan, index, epoch), plan.length, batch);
    const next = () => this.#time.waiting(reader.take());
    for (let examples = await next(); examples; examples = await next()) {
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

  async #read(plan: readonly Uint32Array[], batch: number, epoch: number): Promise<Examples> {
    const indices = plan[batch] ?? new Uint32Array();
    const upcoming = plan.slice(batch + 1, batch + 1 + UPCOMING);
    const options = { epoch, upcoming };
    return this.#examples.reader("training")(indices, indices.length, options);
  }

  async #runStep({ inputs, targets, weights, count }: Examples): Promise<StepResult> {
    const { optimizer, objectives, seed } = this.#settings;
    const { step } = this.#position;
    const kept = copyFeeds(targets);
    const learningRate = rateAt(optimizer.learningRate, step) * this.rateFactor;
    const feeds = { ...inputs, ...targets, ...weights };
    const fetch = ["loss", ...measuredOutputs(objectives)];
    const run = () => this.#executables.run({ count, feeds, learningRate, seed, step, fetch });
    const outputs = await this.#time.working(run);
    return { examples: count, loss: Number(outputs.loss?.data[0]), metrics: measure(objectives, outputs, kept, count) };
  }

  async #afterStep(batchLoss: number, batches: number): Promise<void> {
    const { epoch, batch, step, sums } = this.#position;
    const log = { epoch: epoch + 1, batch, batches, step, batchLoss, means: meansOf(sums) };
    await this.#tell((callback) => callback.onBatchEnd?.(log, this));
    await this.#save({ when: "step", step });
  }

  async #validate(): Promise<Record<string, number>> {
    const { validation, objectives, signal } = this.#settings;
    if (!validation) return {};
    const batchSize = validationSize(this.#settings);
    const executable = await this.#executables.evaluation(batchSize);
    const read = this.#examples.reader("validation");
    const options = { batchSize, read, ...(signal && { signal }) };
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

  #progress(callbacks: Progress["callbacks"]): Progress {
    return {
      format: 1,
      model: this.model.name,
      setup: setupOf(this.model, this.#settings),
      ...this.#position,
      rateFactor: this.rateFactor,
      history: this.#history.map((log) => ({ ...log })),
      problems: this.problems.map((problem) => ({ ...problem })),
      callbacks,
    };
  }
}
