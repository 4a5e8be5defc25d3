/**
 * What an engine is to those who use one (`Engine`, `Executable`) and to those who write one (`Backend`, `Program`).
 *
 * To add an engine:
 * - Its folder exports `available` and `start` (`EngineModule`). `start` gives a `Backend`; `table.ts` gets one line, which
 *   names its devices and precisions, and `enginesNode.ts` and `enginesBrowser.ts` one each, which load it or say why not;
 *   the compiler asks for these two. Workers, the tests of every engine, `striate doctor` and all messages follow.
 * - `hosted.ts` makes an `Engine` of the backend. It verifies graphs, checks what is fed, fetched, read and written, answers
 *   calls in order, draws random inputs, and knows who shares states. A backend finds all that done.
 * - `lower(graph, { target, native })` of `onnx` turns what the engine does not take whole into standard operators.
 *   `native` is a set of op names, or a predicate where it depends on a node's types or attributes. `onnx/lower.ts` says
 *   which passes run for a target. What is left and is too rare for a kernel can be computed by `OPS[node.op].reference`.
 * - A state has the form that the backend likes: a layout, an address in an arena, a buffer of a GPU. `toState` makes it of
 *   a tensor, `toTensor` a tensor of it, in the plain order of the graph's shape; a program reads and moves them on by the
 *   `States` that it was compiled with, and may put another form there. `freeState` is called when nothing can read it any more.
 * - Memory that JavaScript does not manage may be sized at `compile`: shapes are static, and tensors that come in have as
 *   many elements as their shapes say.
 * - Computing in less than float32 (`precision`) is the engine's own affair: what is fed and read keeps the graph's types.
 * - Its numbers are `reference`'s, for each sample of each op, for random stacks of layers and for whole steps
 *   (`tests/support/conformance.ts`). What it cannot do is a line with the reason in `tests/support/skips.ts`.
 */
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

/** How an engine is started. */
export interface EngineOptions {
  /** What it computes on: "cpu", "cuda", "webgpu", ... Default: the first of the engine's devices. */
  readonly device?: string;
  /** The type that it computes in: "float32", "float64", ... Default: the first of the engine's precisions. */
  readonly precision?: string;
  /** Threads that compute, at most. Default: one for each core. */
  readonly threads?: number;
}

/** The options of an engine's `compile`. */
export interface CompileOptions {
  /** Share the states of this executable of the same engine, by name: what one run leaves, the other finds. */
  readonly sharing?: Executable;
}

/** Where the numbers of a run's random inputs lie: the same seed and step give the same numbers on every engine. */
export interface RandomSource {
  /** The seed of the training: an integer from 0 to 2^53 - 1. */
  readonly seed: number;
  /** Which draw: the number of the training step. */
  readonly step: number;
}

/** The options of an executable's `run`. */
export interface ExecuteOptions {
  /** Names of the outputs that are returned; no other one is copied. Default: all. */
  readonly fetch?: readonly string[];
  /** Where the numbers of those random inputs come from that are not fed. */
  readonly random?: RandomSource;
}

/**
 * A graph made ready to run. Calls are answered in the order in which they are made, those of executables that share
 * states too: each finds the states as the one before left them, whether its answer was waited for or not.
 */
export interface Executable {
  /**
   * Runs the graph once and moves every state on. Feeds are taken over: their buffers may be sent to a worker, and
   * belong to the engine from then on.
   * @throws StriateError `shape` for feeds that are missing, unknown or of another type, `usage` for an unknown output
   */
  run(feeds: Tensors, options?: ExecuteOptions): Promise<Tensors>;
  /**
   * Copies of the states as they are now: of all, or of those that are named.
   * @throws StriateError `shape` for a name that no state has
   */
  readState(names?: readonly string[]): Promise<Tensors>;
  /**
   * Sets some or all of the states; before the first run, all of them. The tensors are taken over, as feeds are. After a run
   * that failed, states may be lost: then they have to be written anew.
   * @throws StriateError `shape` for names that no state has, and for other types
   */
  writeState(state: Tensors): Promise<void>;
  close(): Promise<void>;
}

/** Something that runs graphs. */
export interface Engine {
  readonly name: string;
  available(): Promise<Availability>;
  /** @throws StriateError `internal` for a graph that breaks a rule of the IR, `engine` for one that the engine cannot run */
  compile(graph: Graph, options?: CompileOptions): Promise<Executable>;
  close(): Promise<void>;
}

/** The options that an engine starts with, after they were checked against its line of the table. */
export interface StartOptions {
  readonly device: string;
  readonly precision: string;
  readonly threads: number | undefined;
}

/** What the folder of an engine exports. It may be loaded where the engine is not available. */
export interface EngineModule {
  available(options: StartOptions): Promise<Availability>;
  start(options: StartOptions): Promise<Backend>;
}

/** The states of a program between its runs, by name, in the engine's form; programs that share states have the same ones. */
export interface States<S> {
  /** @throws StriateError `shape` while the state has no value */
  get(name: string): S;
  /** The state after a run. What it replaces is the program's, to use again or to give back. */
  set(name: string, value: S): void;
  /** Forgets values that a failed run has left half done, so that nobody takes them for whole ones. */
  lose(names: Iterable<string>): void;
}

/** An engine as it is written. `S` is the form in which it keeps a state between runs. */
export interface Backend<S = unknown> {
  /** Whether its programs draw the random inputs themselves, as `drawRandom` does, to the bit. Default: they are fed. */
  readonly drawsRandom?: boolean;
  /** Prepares a graph. Programs that share their states get the same `states`. */
  compile(graph: Graph, states: States<S>): Promise<Program>;
  /** A state from a tensor that belongs to the engine from now on. */
  toState(tensor: Tensor): S | Promise<S>;
  /** A copy of a state, in a buffer of its own. */
  toTensor(state: S): Tensor | Promise<Tensor>;
  /** Gives memory back that JavaScript does not manage: the state was written anew or lost, or nobody has it any more. */
  freeState?(state: S): void;
  close(): Promise<void>;
}

/** A prepared graph. Its calls come one after the other. */
export interface Program {
  /**
   * Runs the graph and moves its states on; each of them has a value.
   * @param feeds a tensor for every input, of its type, and for every random input unless `random` is given
   * @param fetch names of outputs, each once
   * @param random only given where the backend draws, and nothing random is fed
   * @returns those outputs, in buffers of their own
   */
  run(feeds: Tensors, fetch: readonly string[], random?: RandomSource): Promise<Tensors>;
  close(): Promise<void>;
}
