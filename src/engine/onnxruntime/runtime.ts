import type { InferenceSession } from "onnxruntime-node";
import { listed, quoted } from "../../checks/index.ts";
import { asError, StriateError } from "../../errors.ts";
import { GraphBuilder } from "../../graph/index.ts";
import { writeOnnx } from "../../onnx/index.ts";
import { neg } from "../../ops/index.ts";
import type { Availability, StartOptions } from "../engine.ts";

/** The package onnxruntime-node. */
export type Runtime = typeof import("onnxruntime-node");

/** What it takes to compute on a device, where the package alone is not enough. */
const NEEDS: Readonly<Record<string, string>> = {
  cuda:
    "it needs an NVIDIA GPU with CUDA and cuDNN, and ONNX Runtime's files for them, which the package does not bring: " +
    "run `node node_modules/onnxruntime-node/script/install.js` with ONNXRUNTIME_NODE_INSTALL=cuda12",
  webgpu: "it needs a GPU and its driver, on Linux also the loader of Vulkan (Debian's libvulkan1)",
};

/** @throws StriateError `engine` where the package is not installed, or does not load */
export async function loadRuntime(): Promise<Runtime> {
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

/** Whether the package is there, and computes on the device: for any but the CPU it computes something there. */
export async function available({ device }: StartOptions): Promise<Availability> {
  try {
    const runtime = await loadRuntime();
    if (device !== "cpu") await tryDevice(runtime, device);
    return { available: true, version: runtime.env.versions.node ?? runtime.env.versions.common };
  } catch (error) {
    return { available: false, reason: asError(error).message };
  }
}

async function tryDevice(runtime: Runtime, device: string): Promise<void> {
  const built = runtime.listSupportedBackends().map(({ name }) => name);
  if (!built.includes(device)) {
    const platform = `${process.platform} ${process.arch}`;
    throw new StriateError(
      "engine",
      `onnxruntime-node for ${platform} has no ${quoted(device)}; it has ${listed(built)}`,
    );
  }
  const g = new GraphBuilder("trial");
  g.output("y", g.op(neg, [g.input("x", "float32", [1])]));
  try {
    const session = await createSession(runtime, writeOnnx(g.build()), { executionProviders: [device] });
    await session.run({ x: new runtime.Tensor("float32", Float32Array.of(1), [1]) });
    await session.release();
  } catch (error) {
    // Before it stand the file and the condition in ONNX Runtime's source.
    const what = asError(error)
      .message.trim()
      .replace(/^.* was false\. /s, "");
    const needs = NEEDS[device];
    throw new StriateError("engine", needs ? `${what}; ${needs}` : what, { cause: error });
  }
}

export function createSession(
  { InferenceSession }: Runtime,
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  return InferenceSession.create(model, { logSeverityLevel: 3, ...options });
}
