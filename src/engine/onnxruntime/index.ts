import { availableParallelism } from "node:os";
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { asError, internalError, StriateError } from "../../errors.ts";
import { type Graph, verify } from "../../graph/index.ts";
import { lower, nextName, writeOnnx } from "../../onnx/index.ts";
import { OPS } from "../../ops/index.ts";
import { type DType, type Shape, type Tensor, tensor, zeros } from "../../tensor/index.ts";
import type { Availability, CompileOptions, Engine, EngineOptions, Executable, Tensors } from "../engine.ts";
import { checkTensors, fedValues, StateStore } from "../state.ts";
import { updateInPlace } from "./inPlace.ts";
import { blockedLayoutPays } from "./layout.ts";

type Runtime = typeof import("onnxruntime-node");

/** ONNX Runtime (onnxruntime-node) on the CPU: the whole graph, a training step too, as one standard ONNX graph. */
export function onnxruntimeEngine({ threads = availableParallelism() }: EngineOptions = {}): Engine {
  return {
    name: "onnxruntime",
    available,
    compile: async (graph, options) => {
      const runtime = await load();
      verify(graph, OPS);
      const { graph: lowered, inPlace } = updateInPlace(lower(graph, "cpu"));
      verify(lowered, OPS);
      const session = await createSession(runtime, lowered, threads);
      return new OnnxruntimeExecutable(runtime, session, lowered, inPlace, options);
    },
    close: async () => {},
  };
}

async function load(): Promise<Runtime> {
  try {
    return await import("onnxruntime-node");
  } catch (thrown) {
    const error: NodeJS.ErrnoException = asError(thrown);
    const what = error.code === "ERR_MODULE_NOT_FOUND" ? "is not installed" : `cannot be loaded (${error.message})`;
    throw new StriateError("engine", `onnxruntime-node ${what}; get it by: npm install onnxruntime-node`, {
      cause: thrown,
    });
  }
}

async function available(): Promise<Availability> {
  try {
    const { env } = await load();
    return { available: true, version: env.versions.node ?? env.versions.common };
  } catch (error) {
    return { available: false, reason: asError(error).message };
  }
}

async function createSession({ InferenceSession }: Runtime, graph: Graph, threads: number): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(writeOnnx(graph), {
      executionProviders: ["cpu"],
      graphOptimizationLevel: blockedLayoutPays(graph) ? "all" : "extended",
      // A pattern is a second plan of the memory beside the arena that the first run has filled: up to twice as much in all,
      // and no faster.
      enableMemPattern: false,
      intraOpNumThreads: threads,
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw new StriateError("engine", `onnxruntime does not accept graph ${graph.name}: ${asError(error).message}`, {
      cause: error,
    });
  }
}

/** A small state has two buffers: a run reads one and writes the other, then they change places. */
interface StateBuffers {
  now: OrtTensor;
  spare?: OrtTensor;
}

class OnnxruntimeExecutable implements Executable {
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #graph: Graph;
  readonly #inPlace: ReadonlySet<string>;
  readonly #store: StateStore<StateBuffers>;

  constructor(
    runtime: Runtime,
    session: InferenceSession,
    graph: Graph,
    inPlace: ReadonlySet<string>,
    { sharing }: CompileOptions = {},
  ) {
    if (sharing && !(sharing instanceof OnnxruntimeExecutable)) {
      throw new StriateError("engine", "an executable can only share the states of the same engine");
    }
    this.#runtime = runtime;
    this.#session = session;
    this.#graph = graph;
    this.#inPlace = inPlace;
    this.#store = sharing ? sharing.#store : new StateStore();
  }

  async run(feeds: Tensors): Promise<Tensors> {
    const graph = this.#graph;
    checkTensors(graph, "input", fedValues(graph), feeds, true);
    const inputs: Record<string, OrtTensor> = {};
    const fetches: Record<string, OrtTensor | null> = {};
    for (const [name, fed] of Object.entries(feeds)) inputs[name] = this.#wrap(fed);
    for (const name of Object.keys(graph.outputs)) fetches[name] = null;
    for (const { now, next } of graph.states) {
      const buffers = this.#store.get(now.name);
      inputs[now.name] = buffers.now;
      if (next === now) continue;
      if (!this.#inPlace.has(now.name)) buffers.spare ??= this.#wrap(zeros(now.dtype, now.shape));
      fetches[nextName(now)] = buffers.spare ?? buffers.now;
    }
    const results = await this.#session.run(inputs, fetches).catch((error) => {
      this.#store.lose(this.#inPlace); // half of them may be updated
      throw error;
    });
    for (const { now, next } of graph.states) {
      const buffers = this.#store.get(now.name);
      if (next !== now && buffers.spare) [buffers.now, buffers.spare] = [buffers.spare, buffers.now];
    }
    return Object.fromEntries(Object.keys(graph.outputs).map((name) => [name, unwrap(name, results[name])]));
  }

  async readState(): Promise<Tensors> {
    return Object.fromEntries(
      this.#graph.states.map(({ now }) => [now.name, unwrap(now.name, this.#store.get(now.name).now)]),
    );
  }

  async writeState(state: Tensors): Promise<void> {
    checkTensors(
      this.#graph,
      "state",
      this.#graph.states.map(({ now }) => now),
      state,
      false,
    );
    for (const [name, given] of Object.entries(state)) this.#store.set(name, { now: this.#wrap(given) });
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #wrap({ dtype, shape, data }: Tensor): OrtTensor {
    return new this.#runtime.Tensor(dtype, data as Float32Array, [...shape]);
  }
}

/** A copy of a tensor of ONNX Runtime in memory of our own, which can be sent on. */
function unwrap(name: string, result: OrtTensor | undefined): Tensor {
  if (!result) throw internalError(`onnxruntime returned no ${name}`);
  const copy = (result.data as Float32Array).slice();
  return tensor(result.type as DType, result.dims as Shape, copy as never);
}
