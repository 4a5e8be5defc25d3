import type { Graph } from "../graph/index.ts";
import type { Tensor } from "../tensor/index.ts";

/** Tensors by the names of the graph's inputs, states or outputs. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** Whether an engine can run here. */
export interface Availability {
  readonly available: boolean;
  readonly version?: string;
  /** Why it is not available, and how to get it. */
  readonly reason?: string;
}

/** The options of an engine's `compile`. */
export interface CompileOptions {
  /** Share the states of this executable of the same engine, by name: what one run leaves, the other finds. */
  readonly sharing?: Executable;
}

/**
 * A graph made ready to run. Calls are answered in the order in which they are made, those of executables that share
 * states too: each finds the states as the one before left them, whether its answer was waited for or not. An engine
 * need not see to that: `startEngine` does, for all of them.
 */
export interface Executable {
  /**
   * Runs the graph once and moves every state on. Feeds are taken over: their buffers may be sent to a worker, and
   * belong to the engine from then on.
   */
  run(feeds: Tensors): Promise<Tensors>;
  /**
   * Copies of the states as they are now: of all, or of those that are named.
   * @throws StriateError `shape` for a name that no state has
   */
  readState(names?: readonly string[]): Promise<Tensors>;
  /**
   * Sets some or all of the states; before the first run, all of them. The tensors are taken over, as feeds are. After a run
   * that failed, states may be lost: then they have to be written anew.
   */
  writeState(state: Tensors): Promise<void>;
  close(): Promise<void>;
}

/** Something that runs graphs. A new engine implements this, and is added to the table in `table.ts`. */
export interface Engine {
  readonly name: string;
  available(): Promise<Availability>;
  compile(graph: Graph, options?: CompileOptions): Promise<Executable>;
  close(): Promise<void>;
}

/** How an engine is started. */
export interface EngineOptions {
  /** Threads that compute. Default: one for each core. */
  readonly threads?: number;
}
