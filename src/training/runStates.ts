import { StriateError } from "../errors.ts";
import type { Model, Weights } from "../model/index.ts";
import type { Callback } from "./callbacks/index.ts";
import { type Progress, writeCheckpoint } from "./checkpoint.ts";
import type { Executables } from "./executables.ts";
import { callbackStates } from "./resume.ts";
import { ownStates } from "./step/index.ts";

/** What a run has learned so far, in the engine's states: the weights in the model's shapes, and all of it in a checkpoint. */
export class RunStates {
  readonly #model: Model;
  readonly #executables: Executables;

  constructor(model: Model, executables: Executables) {
    this.#model = model;
    this.#executables = executables;
  }

  async readWeights(): Promise<Weights> {
    const names = this.#model.weightSpecs.map(({ key }) => key);
    return this.#model.fromStates(await this.#executables.readState(names));
  }

  async writeWeights(weights: Weights): Promise<void> {
    await this.#executables.writeState(ownStates(this.#model, weights));
  }

  /**
   * Writes a checkpoint with the states of callbacks.
   * @param progressWith where the run stands, with the data of the callbacks
   * @throws StriateError `nan-loss` where a weight is no number, before the checkpoint that was there is replaced
   */
  async save(
    path: string,
    callbacks: readonly Callback[],
    progressWith: (data: Progress["callbacks"]) => Progress,
  ): Promise<void> {
    const { data, tensors } = callbackStates(callbacks);
    const progress = progressWith(data);
    const weightShapes = new Map(this.#model.weightSpecs.map(({ key, spec }) => [key, spec.shape]));
    const states = this.#executables.states.map(
      ({ now }) => [now.name, { dtype: now.dtype, shape: weightShapes.get(now.name) ?? now.shape }] as const,
    );
    await writeCheckpoint(path, progress, new Map([...states, ...tensors]), async (names) => {
      const read = await this.#executables.readState(names.filter((name) => !tensors.has(name)));
      const weights = this.#model.fromStates(read);
      checkFinite(weights, progress.step);
      return new Map([...Object.entries(read), ...weights, ...tensors]);
    });
  }
}

/** A loss that is a number can leave weights that are none: they must not replace a good checkpoint. */
function checkFinite(weights: Weights, step: number): void {
  for (const [key, { data }] of weights) {
    if (data.every((x) => Number.isFinite(x))) continue;
    throw new StriateError(
      "nan-loss",
      `weights of ${key} are no numbers any more after step ${step}; training stopped, and ` +
        "the last checkpoint is kept. Try a learning rate that is 10 times smaller",
    );
  }
}
