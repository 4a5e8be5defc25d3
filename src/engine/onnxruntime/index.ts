import { availableParallelism } from "node:os";
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { asError, internalError, StriateError } from "../../errors.ts";
import { type Graph, type LoweringTarget, verify } from "../../graph/index.ts";
import { lower, nextName, writeOnnx } from "../../onnx/index.ts";
import { OPS } from "../../ops/index.ts";
import { type DType, type Shape, type Tensor, tensor, zeros } from "../../tensor/index.ts";
import type { Backend, Program, StartOptions, States, Tensors } from "../engine.ts";
import { updateInPlace } from "./inPlace.ts";
import { blockedLayoutPays } from "./layout.ts";
import { providersFor } from "./providers.ts";
import { createSession, loadRuntime, type Runtime } from "./runtime.ts";

export { available } from "./runtime.ts";

/** A small state has two buffers: a run reads one and writes the other, then they change places. */
interface StateBuffers {
  readonly now: OrtTensor;
  readonly spare?: OrtTensor | undefined;
}

/** ONNX Runtime (onnxruntime-node): the whole graph, a training step too, as one standard ONNX graph. */
export async function start(options: StartOptions): Promise<Backend<StateBuffers>> {
  const runtime = await loadRuntime();
  return {
    compile: async (graph, states) => {
      const { graph: lowered, inPlace } = updateInPlace(lower(graph, { target: TARGETS[options.device] ?? "cpu" }));
      verify(lowered, OPS);
      const session = await sessionOf(runtime, lowered, options);
      return new OnnxruntimeProgram(runtime, session, lowered, inPlace, states);
    },
    toState: (state) => ({ now: wrap(runtime, state) }),
    toTensor: ({ now }) => unwrap(now),
    close: async () => {},
  };
}

/** Whose lowerings a device takes; the others take those of the CPU. */
const TARGETS: Readonly<Record<string, LoweringTarget>> = { cuda: "cuda", webgpu: "webgpu" };

async function sessionOf(
  runtime: Runtime,
  graph: Graph,
  { device, threads = availableParallelism() }: StartOptions,
): Promise<InferenceSession> {
  try {
    return await createSession(runtime, writeOnnx(graph), {
      executionProviders: providersFor(device, graph),
      graphOptimizationLevel: blockedLayoutPays(graph) ? "all" : "extended",
      // A pattern is a second plan of the memory beside the arena that the first run has filled: up to twice as much in all,
      // and no faster.
      enableMemPattern: false,
      intraOpNumThreads: threads,
    });
  } catch (error) {
    throw new StriateError("engine", `onnxruntime does not accept graph ${graph.name}: ${asError(error).message}`, {
      cause: error,
    });
  }
}

class OnnxruntimeProgram implements Program {
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #graph: Graph;
  readonly #inPlace: ReadonlySet<string>;
  readonly #states: States<StateBuffers>;

  constructor(
    runtime: Runtime,
    session: InferenceSession,
    graph: Graph,
    inPlace: ReadonlySet<string>,
    states: States<StateBuffers>,
  ) {
    this.#runtime = runtime;
    this.#session = session;
    this.#graph = graph;
    this.#inPlace = inPlace;
    this.#states = states;
  }

  async run(feeds: Tensors, fetch: readonly string[]): Promise<Tensors> {
    const inputs: Record<string, OrtTensor> = {};
    const fetches: Record<string, OrtTensor | null> = {};
    const moved = new Map<string, StateBuffers>();
    for (const [name, fed] of Object.entries(feeds)) inputs[name] = wrap(this.#runtime, fed);
    for (const name of fetch) fetches[name] = null;
    for (const { now, next } of this.#graph.states) {
      const { now: buffer, spare } = this.#states.get(now.name);
      inputs[now.name] = buffer;
      if (next === now) continue;
      const written = this.#inPlace.has(now.name) && !spare ? buffer : (spare ?? this.#empty(now));
      fetches[nextName(now)] = written;
      if (written !== buffer) moved.set(now.name, { now: written, spare: buffer });
    }
    const results = await this.#session.run(inputs, fetches).catch((error) => {
      this.#states.lose(this.#inPlace); // half of them may be updated
      throw error;
    });
    for (const [name, buffers] of moved) this.#states.set(name, buffers);
    return Object.fromEntries(fetch.map((name) => [name, unwrap(results[name])]));
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #empty({ dtype, shape }: { readonly dtype: DType; readonly shape: Shape }): OrtTensor {
    return wrap(this.#runtime, zeros(dtype, shape));
  }
}

function wrap({ Tensor }: Runtime, { dtype, shape, data }: Tensor): OrtTensor {
  return new Tensor(dtype, data as Float32Array, [...shape]);
}

/** A copy of a tensor of ONNX Runtime in memory of our own, which can be sent on. */
function unwrap(result: OrtTensor | undefined): Tensor {
  if (!result) throw internalError("onnxruntime returned an output less than it was asked for");
  const copy = (result.data as Float32Array).slice();
  return tensor(result.type as DType, result.dims as Shape, copy as never);
}
