import { listed, quoted, withHint } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { Graph, Value } from "../graph/index.ts";
import { sameShape, shapeText, sizeOf, type Tensor, typeText } from "../tensor/index.ts";
import type { Tensors } from "./engine.ts";

/**
 * Checks tensors that are fed or written by name.
 * @throws StriateError `shape` for a name that is not among `expected`, for another type, and for one of `needed` that is
 * missing; `usage` for a tensor whose numbers were given away
 */
export function checkTensors(
  graph: Graph,
  kind: "input" | "state",
  tensors: Tensors,
  expected: readonly Value[],
  needed: readonly Value[],
): void {
  const known = new Map(expected.map((value) => [value.name, value]));
  for (const [name, tensor] of Object.entries(tensors)) {
    const value = known.get(name);
    if (!value) throw unknownIn(graph, kind, name, [...known.keys()]);
    if (value.dtype !== tensor.dtype || !sameShape(value.shape, tensor.shape)) {
      throw new StriateError(
        "shape",
        `graph ${graph.name}: ${kind} ${name} is ${typeText(value)}, received ${typeText(tensor)}`,
      );
    }
    checkWhole(name, tensor);
  }
  const missing = needed.filter(({ name }) => !(name in tensors));
  if (missing.length > 0) {
    const names = listed(missing.map(({ name }) => name));
    throw new StriateError("shape", `graph ${graph.name}: ${kind} ${names} was not given`);
  }
}

/**
 * The names that are asked for, each once; all of them by default.
 * @throws StriateError `shape` for one that the graph has not
 */
export function checkNames(
  graph: Graph,
  kind: "output" | "state",
  names: readonly string[] | undefined,
  known: readonly string[],
): readonly string[] {
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw unknownIn(graph, kind, unknown, known);
  return names === undefined ? known : [...new Set(names)];
}

/** @throws StriateError `usage` for a tensor without its numbers, as one is that was given to an engine before */
export function checkWhole(name: string, { shape, data }: Tensor): void {
  if (data.length === sizeOf(shape)) return;
  throw new StriateError(
    "usage",
    `tensor ${name} has ${data.length} numbers where its shape ${shapeText(shape)} has ${sizeOf(shape)}; what an engine ` +
      "is given belongs to it from then on: make it anew for each call",
  );
}

function unknownIn({ name: graph }: Graph, kind: string, name: string, known: readonly string[]): StriateError {
  if (known.length === 0) return new StriateError("shape", `graph ${graph} has no ${kind}, received ${quoted(name)}`);
  return new StriateError("shape", withHint(`graph ${graph} has no ${kind} ${quoted(name)}`, name, known, "it has"));
}
