import { Worker } from "node:worker_threads";
import { asError, StriateError } from "../../errors.ts";
import type { EngineOptions } from "../engine.ts";
import { type Reply, type Request, type Result, receiveError, type WorkerSetup } from "./protocol.ts";

interface Pending {
  resolve(result: Result): void;
  reject(error: Error): void;
}

/** One worker from its start to its end, and the requests that it has not answered yet. */
export class EngineThread {
  readonly #engine: string;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #counter = 0;
  #end: StriateError | undefined;

  constructor(engine: string, options: EngineOptions) {
    this.#engine = engine;
    const setup: WorkerSetup = { engine, options };
    this.#worker = new Worker(new URL("./main.js", import.meta.url), { workerData: setup });
    this.#worker.on("message", (reply: Reply) => this.#receive(reply));
    const failed = (error: Error) => this.#endWith(`failed: ${error.message}`, error);
    this.#worker.on("messageerror", failed);
    this.#worker.on("error", failed);
    this.#worker.on("exit", (code) => this.#endWith(`ended with code ${code}`));
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  ask(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<Result> {
    if (this.#end) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      const id = this.#counter++;
      try {
        this.#worker.postMessage({ id, request }, transfer);
      } catch (error) {
        const why = `the tensors cannot be sent to the worker of engine ${this.#engine}: ${asError(error).message}`;
        reject(new StriateError("engine", why, { cause: error }));
        return;
      }
      this.#pending.set(id, { resolve, reject });
      this.#worker.ref();
    });
  }

  /** Ends the worker, whatever it does; what it has not answered is rejected with `error`. */
  async close(error: StriateError): Promise<void> {
    this.#rejectAll(error);
    await this.#worker.terminate();
  }

  #receive(reply: Reply): void {
    const waiting = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    // A worker that is being ended must be waited for, also when an answer of it comes late.
    if (this.#pending.size === 0 && !this.#end) this.#worker.unref();
    if ("error" in reply) waiting?.reject(receiveError(reply.error));
    else waiting?.resolve(reply.result);
  }

  #endWith(how: string, cause?: Error): void {
    const advice = "compile the graph again";
    this.#rejectAll(new StriateError("engine", `the worker of engine ${this.#engine} ${how}; ${advice}`, { cause }));
    void this.#worker.terminate();
  }

  #rejectAll(error: StriateError): void {
    this.#end ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#end);
    this.#pending.clear();
  }
}
