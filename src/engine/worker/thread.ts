import { asError, StriateError } from "../../errors.ts";
import { WorkerPort } from "../../platform/index.ts";
import type { EngineOptions } from "../engine.ts";
import type { Request, Result, WorkerSetup } from "./protocol.ts";

/** The worker thread of an engine. */
export class EngineThread {
  readonly #engine: string;
  readonly #port: WorkerPort<Request, Result>;

  constructor(engine: string, options: EngineOptions) {
    this.#engine = engine;
    const setup: WorkerSetup = { engine, options };
    this.#port = new WorkerPort<Request, Result>({
      job: "engine",
      setup,
      foreignCode: "engine",
      ended: (how, cause) =>
        new StriateError("engine", `the worker of engine ${engine} ${how}; compile the graph again`, { cause }),
    });
  }

  get ended(): boolean {
    return this.#port.end !== undefined;
  }

  async ask(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<Result> {
    try {
      return await this.#port.ask(request, { transfer });
    } catch (thrown) {
      if (thrown instanceof StriateError) throw thrown;
      const why = `the tensors cannot be sent to the worker of engine ${this.#engine}: ${asError(thrown).message}`;
      throw new StriateError("engine", why, { cause: thrown });
    }
  }

  /** Ends the worker, whatever it does; what it has not answered is rejected with `error`. */
  close(error: StriateError): Promise<void> {
    return this.#port.close(error);
  }
}
