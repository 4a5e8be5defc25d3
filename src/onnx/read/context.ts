import { nameText } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { Attribute, AttributeSchema, AttributesGiven, GraphBuilder, Op, Value } from "../../graph/index.ts";
import { cast, ONNX_TYPES, OPS, reshape } from "../../ops/index.ts";
import { at, type DType, type Shape, sameShape, type Tensor } from "../../tensor/index.ts";
import type { OnnxAttribute, OnnxBody, OnnxNode } from "./model.ts";

/** A node of the file on its way into a graph: what `instantiate` gives an importer. */
export interface NodeContext {
  readonly g: GraphBuilder;
  readonly node: OnnxNode;
  /** The version of ONNX's operators that the node means. */
  readonly opset: number;
  /** Whether the graph is to be trained: dropout drops. */
  readonly training: boolean;
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
  /** ONNX's number for the type that an input has in the file, where the file says it; it may be held in another. */
  typeOf(index: number): number | undefined;
  /** Adds the nodes of a graph that the node holds. @returns that graph's outputs */
  addBody(body: OnnxBody, inputs: readonly Value[]): readonly Value[];
  /** Announces constants that the importer makes itself, which are limited for a graph as a whole. */
  spend(elements: number): void;
  /** Adds a node, or its outputs as constants where all its inputs are. */
  add<S extends AttributeSchema>(
    op: Op<S>,
    inputs: readonly (Value | undefined)[],
    attributes?: AttributesGiven<S>,
  ): readonly Value[];
}

/** Makes the outputs of one operator; those beyond the last one that it returns do not exist. */
export type Importer = (context: NodeContext) => readonly Value[];

/** Adds a node and returns its first output. */
export function addOne<S extends AttributeSchema>(
  context: NodeContext,
  op: Op<S>,
  inputs: readonly (Value | undefined)[],
  attributes?: AttributesGiven<S>,
): Value {
  return at(context.add(op, inputs, attributes), 0);
}

/** An input that must be there. */
export function input({ inputs, node }: NodeContext, index: number): Value {
  const value = inputs[index];
  if (!value) throw new StriateError("data", `input ${index} of ${nameText(node.op)} is missing; the file is damaged`);
  return value;
}

export function int<D extends number | undefined>({ attributes }: NodeContext, name: string, missing: D): number | D {
  const value = attributes[name];
  if (value === undefined) return missing;
  if (typeof value !== "number") throw kindError(name, "a number");
  return value;
}

export function ints({ attributes }: NodeContext, name: string): readonly number[] | undefined {
  const value = attributes[name];
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.some((item) => typeof item !== "number"))
    throw kindError(name, "a list of numbers");
  return value as readonly number[];
}

export function text({ attributes }: NodeContext, name: string, missing: string): string {
  const value = attributes[name] ?? missing;
  if (typeof value !== "string") throw kindError(name, "a text");
  return value;
}

function kindError(name: string, expected: string): StriateError {
  return new StriateError("data", `attribute ${nameText(name)} must be ${expected}; the file is damaged`);
}

/** The elements of an input that must be known while the graph is built. */
export function known({ node }: NodeContext, name: string, value: Value): Tensor {
  if (value.constant) return value.constant;
  throw new StriateError(
    "data",
    `${name} of ${nameText(node.op)} must be known before a run, because shapes are static; here it depends on what is fed`,
  );
}

/** A list of int64, which is how ONNX takes shapes, axes, pads and indices. */
export function intList({ g }: NodeContext, list: readonly number[]): Value {
  return g.numbers("int64", [list.length], list);
}

/** The attributes less some. */
export function without(attributes: NodeContext["attributes"], ...names: readonly string[]): NodeContext["attributes"] {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

/** The node as it is in the file, with other inputs or less some attributes. */
export function addPlain(
  context: NodeContext,
  inputs: readonly (Value | undefined)[],
  ...dropped: readonly string[]
): readonly Value[] {
  const op = OPS[context.node.op];
  if (!op) throw new StriateError("data", `Striate has no operator ${context.node.op}`);
  return context.add(op, inputs, without(context.attributes, ...dropped) as Record<string, Attribute>);
}

/** `value` as another element type. */
export function castInto(context: NodeContext, value: Value, dtype: DType): Value {
  return value.dtype === dtype ? value : addOne(context, cast, [value], { to: ONNX_TYPES[dtype] });
}

/** `value` under another shape. */
export function reshaped(context: NodeContext, value: Value, shape: Shape): Value {
  if (sameShape(value.shape, shape)) return value;
  return addOne(context, reshape, [value, intList(context, shape)], { allowzero: 1 });
}
