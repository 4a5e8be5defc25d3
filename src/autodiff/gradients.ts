import { internalError, StriateError } from "../errors.ts";
import type { GraphBuilder, Node, Value } from "../graph/index.ts";
import { add, OPS } from "../ops/index.ts";
import { isFloat, zeros } from "../tensor/index.ts";

/**
 * The gradients of a scalar by some values, as new nodes of the same graph (reverse mode). Only what lies on a way
 * from `wrt` to the loss gets a gradient: that of the input pictures, for one, is never computed.
 * @returns one value for each of `wrt`, in order; a value that the loss does not depend on gets zeros.
 * @throws StriateError `shape` when the loss is not a scalar, `usage` when an op on the way has no gradient.
 */
export function gradients(g: GraphBuilder, loss: Value, wrt: readonly Value[]): Value[] {
  if (loss.shape.length > 0) {
    throw new StriateError("shape", `only a scalar has a gradient; ${loss.name} has shape [${loss.shape.join(",")}]`);
  }
  const nodes = [...g.nodes];
  const dependent = dependents(nodes, wrt);
  const sums = new Map<Value, Value>([[loss, g.scalar(loss, 1)]]);
  for (const node of nodes.toReversed()) {
    const dOutputs = node.outputs.map((output) => (dependent.has(output) ? sums.get(output) : undefined));
    if (dOutputs.every((dOutput) => dOutput === undefined)) continue;
    g.scoped("gradient", () => addInputGradients(g, node, dOutputs, dependent, sums));
  }
  return wrt.map((value) => sums.get(value) ?? g.constant(zeros(value.dtype, value.shape)));
}

/** Every value that depends on one of `wrt` through numbers that have a gradient. */
function dependents(nodes: readonly Node[], wrt: readonly Value[]): Set<Value> {
  const dependent = new Set(wrt);
  for (const node of nodes) {
    if (!node.inputs.some((input) => input && dependent.has(input))) continue;
    for (const output of node.outputs) if (isFloat(output.dtype)) dependent.add(output);
  }
  return dependent;
}

function addInputGradients(
  g: GraphBuilder,
  node: Node,
  dOutputs: readonly (Value | undefined)[],
  dependent: ReadonlySet<Value>,
  sums: Map<Value, Value>,
): void {
  const op = OPS[node.op];
  if (!op) throw internalError(`node ${node.name} is of the unknown op ${node.op}`);
  const thunks = op.gradient?.(g, node, dOutputs);
  for (const [i, input] of node.inputs.entries()) {
    if (!input || !dependent.has(input)) continue;
    const thunk = thunks?.[i];
    if (!thunk) {
      const by = op.variadic ? `input ${i}` : op.inputNames[i];
      throw new StriateError(
        "usage",
        `node ${node.name}: ${node.op} has no gradient by ${by}, but ${input.name} needs one`,
      );
    }
    const gradient = thunk();
    const sum = sums.get(input);
    sums.set(input, sum ? g.op(add, [sum, gradient]) : gradient);
  }
}
