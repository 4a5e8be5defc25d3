import { StriateError } from "../../errors.ts";
import type { GraphBuilder, Value } from "../../graph/index.ts";
import { expandTo } from "../../ops/index.ts";
import { at, type Shape, sameShape, sizeOf, toNumbers } from "../../tensor/index.ts";
import type { OnnxNode } from "./model.ts";

/** The shapes of a file's values, by name, for the batch that is written in it. */
export type Shapes = ReadonlyMap<string, Shape>;

/** Another batch than the one that is written in the file. */
export interface Rebatch {
  readonly from: number;
  readonly to: number;
  /** What the shapes are for `from`. */
  readonly shapes: Shapes;
}

/** Where an operator takes the shape of its result, as the file was exported: the batch is its first number. */
const TARGETS: Readonly<Record<string, number>> = { Reshape: 1, Expand: 1, Resize: 3 };

/** The shape for the other batch, which is the first dimension or part of it. */
function scaled(shape: Shape, { from, to }: Rebatch): Shape | undefined {
  const [first, ...others] = shape;
  if (first === undefined || first === 0 || !Number.isInteger((first * to) / from)) return undefined;
  return [(first * to) / from, ...others];
}

function follows(value: Value | undefined, name: string, rebatch: Rebatch): boolean {
  const before = rebatch.shapes.get(name);
  const after = before && scaled(before, rebatch);
  return value !== undefined && after !== undefined && sameShape(after, value.shape);
}

/**
 * The inputs of a node for another batch: where the file says the shape of a result as numbers, the first is the batch's,
 * if the first dimension of what the node takes is; a batch of 1 that is constant is repeated where it is joined to
 * others.
 */
export function rebatchedInputs(
  g: GraphBuilder,
  node: OnnxNode,
  inputs: readonly (Value | undefined)[],
  rebatch: Rebatch,
): readonly (Value | undefined)[] {
  const takesBatch = (i: number) => follows(inputs[i], node.inputs[i] ?? "", rebatch);
  if (
    node.op === "Concat" &&
    node.domain === "" &&
    node.attributes.axis !== 0 &&
    inputs.some((_, i) => takesBatch(i))
  ) {
    return inputs.map((input, i) => {
      const known = input?.constant && !takesBatch(i) && input.shape[0] === 1 && rebatch.from === 1;
      return known ? expandTo(g, input, input.shape.with(0, rebatch.to)) : input;
    });
  }
  const index = node.domain === "" ? TARGETS[node.op] : undefined;
  const target = index === undefined ? undefined : inputs[index];
  if (node.op === "AffineGrid" && node.domain === "" && inputs[1]?.constant && takesBatch(0)) {
    const size = scaled([...toNumbers(inputs[1].constant)], rebatch);
    return size ? inputs.with(1, g.int64s(...size)) : inputs;
  }
  const result = rebatch.shapes.get(node.outputs[0] ?? "");
  if (index === undefined || !target?.constant || !result || !takesBatch(0)) return inputs;
  if (target.shape[0] !== result.length || sizeOf(result) === 0) return inputs;
  const shape = scaled(result, rebatch);
  return shape ? inputs.with(index, g.int64s(...shape)) : inputs;
}

/**
 * Whether the batch is still the first dimension of every result of a node: then, and only then, the node does the same
 * for another batch.
 * @throws StriateError `shape` that says what the result is in place of that
 */
export function checkRebatched(
  node: OnnxNode,
  inputs: readonly (Value | undefined)[],
  outputs: readonly (Value | undefined)[],
  rebatch: Rebatch,
): void {
  // What comes out of a branch was looked at there.
  if (Object.keys(node.graphs).length > 0) return;
  const takesBatch = inputs.some((input, i) => !input?.constant && follows(input, node.inputs[i] ?? "", rebatch));
  for (const [i, name] of node.outputs.entries()) {
    const output = outputs[i];
    const before = rebatch.shapes.get(name);
    if (!output || output.constant || !before) continue;
    if (takesBatch ? follows(output, name, rebatch) : sameShape(output.shape, before)) continue;
    const expected = (takesBatch && scaled(before, rebatch)) || before;
    throw new StriateError(
      "shape",
      `its result is [${output.shape.join(",")}] in place of [${expected.join(",")}] for a batch of ${rebatch.to}: ` +
        `a batch of ${rebatch.from} is written in the file (first dimension ${at(before, 0)})`,
    );
  }
}
