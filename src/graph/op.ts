import { internalError, StriateError } from "../errors.ts";
import { type DType, type Shape, type Tensor, typeText, zeros } from "../tensor/index.ts";
import type { GraphBuilder } from "./builder.ts";
import type { Attribute, Node, Value, ValueType } from "./graph.ts";

/** An attribute's kind (ONNX stores ints and floats differently) and its default; `optional` ones may be absent. */
export interface AttributeSpec<T extends Attribute | undefined = Attribute | undefined> {
  readonly kind: "int" | "float" | "ints" | "floats" | "string" | "tensor";
  readonly default: T;
}

/** An attribute that is a whole number, with its default. */
export const int = (value: number): AttributeSpec<number> => ({ kind: "int", default: value });
/** An attribute that is a number, with its default. */
export const float = (value: number): AttributeSpec<number> => ({ kind: "float", default: value });
/** An attribute that is a text, with its default. */
export const string = <T extends string>(value: T): AttributeSpec<T> => ({ kind: "string", default: value });
/** An attribute that is a list of whole numbers, with its default. */
export const ints = (value: readonly number[]): AttributeSpec<readonly number[]> => ({ kind: "ints", default: value });
/** Ints whose absence means something of its own (all axes, say). */
export const optionalInts: AttributeSpec<readonly number[] | undefined> = { kind: "ints", default: undefined };
/** An attribute that is a whole number or missing. */
export const optionalInt: AttributeSpec<number | undefined> = { kind: "int", default: undefined };
/** An attribute that is a list of numbers, with its default. */
export const floats = (value: readonly number[]): AttributeSpec<readonly number[]> => ({
  kind: "floats",
  default: value,
});
/** An attribute that is a tensor or missing. */
export const optionalTensor: AttributeSpec<Tensor | undefined> = { kind: "tensor", default: undefined };

/** The attributes of an op by name. */
export type AttributeSchema = Readonly<Record<string, AttributeSpec>>;
/** The values of the attributes of a schema, complete. */
export type AttributesOf<S extends AttributeSchema> = { readonly [K in keyof S]: S[K]["default"] };
/** What may be given when a node is made; the defaults complete it. */
export type AttributesGiven<S extends AttributeSchema> = {
  readonly [K in keyof S]?: S[K]["default"] extends string ? string : S[K]["default"];
};

/** A tensor in float64, which is what reference kernels compute with, whatever the type of the value. */
export interface Reals {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** Arithmetic of a node, counted once per run. */
export interface Cost {
  /** Multiplications that are followed by an addition: what "MACs" counts. */
  readonly multiplyAdds: number;
  /** All floating-point operations, a multiply-add being two. */
  readonly flops: number;
}

/**
 * Who runs what a lowering writes; what is fastest, and what is refused, depends on it. A provider of ONNX Runtime, any
 * runtime that reads a file, or an engine that runs the nodes itself (`native`).
 */
export type LoweringTarget = "cpu" | "wasm" | "webgpu" | "cuda" | "native" | "file";

/** How an input of a sample is filled; `sampleGraph` of `ops` does it. */
export interface SampleInput {
  readonly shape: Shape;
  readonly dtype?: DType;
  /** Given numbers; without them distinct ones from `low` to `high`, shuffled, none of them near 0. */
  readonly values?: readonly number[];
  readonly low?: number;
  readonly high?: number;
  /** Known while the graph is built, as ONNX wants shapes, axes and pads to be. */
  readonly constant?: boolean;
}

/** One use of an op. Samples feed the conformance suite of every engine and the numerical check of the gradient. */
export interface Sample {
  readonly name: string;
  readonly inputs: readonly (SampleInput | undefined)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** Makes the gradient by one input when, and only when, something needs it. */
export type GradientThunk = () => Value;

/** Everything a gradient rule may use: the builder, the node's inputs by name, its outputs, and their gradients. */
export type GradientContext<I, A> = I & {
  readonly g: GraphBuilder;
  readonly node: Node;
  readonly attributes: A;
  /** The first output, and the gradient of the loss by it: zeros where the loss only depends on the others. */
  readonly output: Value;
  readonly dOutput: Value;
  /** The gradients of the loss by all outputs; `undefined` where it does not depend on one. */
  readonly dOutputs: readonly (Value | undefined)[];
};

/** What a lowering may use: a builder, the node, and its inputs and attributes by name. */
export interface LoweringContext<I, A> {
  readonly g: GraphBuilder;
  readonly node: Node;
  readonly inputs: I;
  readonly attributes: A;
  readonly target: LoweringTarget;
}

/** An op as passes and engines see it: inputs by position, attributes complete. Made by `defineOp` or `defineVariadicOp`. */
export interface Op<S extends AttributeSchema = AttributeSchema> {
  readonly name: string;
  /** `""` is ONNX's own domain: name, attributes and semantics are those of the ONNX operator. */
  readonly domain: "" | "striate";
  readonly attributes: S;
  readonly inputNames: readonly string[];
  readonly optionalCount: number;
  readonly variadic: boolean;
  infer(inputs: readonly (Value | undefined)[], attributes: Readonly<Record<string, Attribute>>): readonly ValueType[];
  reference(inputs: readonly (Reals | undefined)[], node: Node): readonly Reals[];
  /**
   * The thunks by input position; `undefined` where an input has no gradient. Absent when the op has none at all.
   * `dOutputs` has the gradient by each output, `undefined` where the loss does not depend on it.
   */
  readonly gradient:
    | ((
        g: GraphBuilder,
        node: Node,
        dOutputs: readonly (Value | undefined)[],
      ) => readonly (GradientThunk | undefined)[])
    | undefined;
  /** The node in other ops, standard ones in the end, or `undefined` when it is fine as it is for this target. */
  readonly lower: ((g: GraphBuilder, node: Node, target: LoweringTarget) => readonly Value[] | undefined) | undefined;
  cost(node: Node): Cost;
  readonly samples: readonly Sample[];
  /** How many of the outputs, the last ones, a file may leave out where nothing uses them. */
  readonly optionalOutputs: number;
}

/** The inputs of a node by name, some of them optional. */
export type NamedInputs<R extends string, O extends string, T> = { readonly [K in R]: T } & {
  readonly [K in O]?: T | undefined;
};

/** What every op says of itself. */
export interface OpSpecBase<S extends AttributeSchema> {
  readonly name: string;
  readonly domain?: "striate";
  readonly attributes?: S;
  /** Default: one flop for each element of the first output. */
  readonly cost?: (node: Node) => Cost;
  readonly samples: readonly Sample[];
  /** Default 0. */
  readonly optionalOutputs?: number;
}

/** What `defineOp` takes. */
export interface OpSpec<R extends string, O extends string, S extends AttributeSchema> extends OpSpecBase<S> {
  /** ONNX's formal names of the inputs, required ones first. */
  readonly inputs: readonly R[];
  readonly optional?: readonly O[];
  infer(inputs: NamedInputs<R, O, Value>, attributes: AttributesOf<S>): readonly ValueType[];
  reference(inputs: NamedInputs<R, O, Reals>, attributes: AttributesOf<S>, node: Node): readonly Reals[];
  readonly gradient?: (context: GradientContext<NamedInputs<R, O, Value>, AttributesOf<S>>) => {
    readonly [K in R | O]?: GradientThunk;
  };
  lower?(context: LoweringContext<NamedInputs<R, O, Value>, AttributesOf<S>>): readonly Value[] | undefined;
}

/** Makes an op whose inputs have names. All that is known about the op is in the one block that calls this. */
export function defineOp<
  R extends string,
  O extends string = never,
  const S extends AttributeSchema = Record<never, never>,
>(spec: OpSpec<R, O, S>): Op<S> {
  const names = [...spec.inputs, ...(spec.optional ?? [])];
  const named = <T>(list: readonly (T | undefined)[]) =>
    Object.fromEntries(names.map((name, i) => [name, list[i]])) as NamedInputs<R, O, T>;
  const attributesOf = (attributes: Readonly<Record<string, Attribute>>) => attributes as AttributesOf<S>;
  const { gradient, lower } = spec;
  return {
    ...common(spec),
    inputNames: names,
    optionalCount: spec.optional?.length ?? 0,
    variadic: false,
    infer: (inputs, attributes) => spec.infer(named(inputs), attributesOf(attributes)),
    reference: (inputs, node) => spec.reference(named(inputs), attributesOf(node.attributes), node),
    gradient:
      gradient &&
      ((g, node, dOutputs) => {
        const attributes = attributesOf(node.attributes);
        const [output, dOutput] = [outputOf(node), firstGradient(g, node, dOutputs)];
        const thunks = gradient({ ...named(node.inputs), g, node, attributes, output, dOutput, dOutputs });
        return names.map((name) => thunks[name]);
      }),
    lower:
      lower &&
      ((g, node, target) =>
        lower.call(spec, { g, node, inputs: named(node.inputs), attributes: attributesOf(node.attributes), target })),
  };
}

/** What `defineVariadicOp` takes. */
export interface VariadicOpSpec<S extends AttributeSchema> extends OpSpecBase<S> {
  infer(inputs: readonly Value[], attributes: AttributesOf<S>): readonly ValueType[];
  reference(inputs: readonly Reals[], attributes: AttributesOf<S>, node: Node): readonly Reals[];
  readonly gradient?: (context: {
    readonly g: GraphBuilder;
    readonly node: Node;
    readonly inputs: readonly Value[];
    readonly attributes: AttributesOf<S>;
    readonly output: Value;
    readonly dOutput: Value;
  }) => readonly GradientThunk[];
}

/** Makes an op that takes any number of inputs of one kind (Concat, Sum, ...). */
export function defineVariadicOp<const S extends AttributeSchema = Record<never, never>>(
  spec: VariadicOpSpec<S>,
): Op<S> {
  const { gradient } = spec;
  return {
    ...common(spec),
    inputNames: [],
    optionalCount: 0,
    variadic: true,
    infer: (inputs, attributes) => spec.infer(inputs as readonly Value[], attributes as AttributesOf<S>),
    reference: (inputs, node) => spec.reference(inputs as readonly Reals[], node.attributes as AttributesOf<S>, node),
    gradient:
      gradient &&
      ((g, node, dOutputs) => {
        const attributes = node.attributes as AttributesOf<S>;
        const [output, dOutput] = [outputOf(node), firstGradient(g, node, dOutputs)];
        return gradient({ g, node, inputs: node.inputs as readonly Value[], attributes, output, dOutput });
      }),
    lower: undefined,
  };
}

function common<S extends AttributeSchema>(spec: OpSpecBase<S>) {
  return {
    name: spec.name,
    domain: spec.domain ?? ("" as const),
    attributes: spec.attributes ?? ({} as S),
    cost: spec.cost ?? ((node: Node) => ({ multiplyAdds: 0, flops: outputOf(node).shape.reduce((a, b) => a * b, 1) })),
    samples: spec.samples,
    optionalOutputs: spec.optionalOutputs ?? 0,
  };
}

function firstGradient(g: GraphBuilder, node: Node, dOutputs: readonly (Value | undefined)[]): Value {
  const { dtype, shape } = outputOf(node);
  return dOutputs[0] ?? g.constant(zeros(dtype, shape));
}

/** The first output of a node. */
export function outputOf(node: Node): Value {
  const [output] = node.outputs;
  if (!output) throw internalError(`node ${node.name} has no output`);
  return output;
}

/** The attributes of a new node: what was given, checked by name and kind, completed by the op's defaults. */
export function completeAttributes(
  op: Op,
  given: Readonly<Record<string, Attribute | undefined>>,
): Record<string, Attribute> {
  const complete: Record<string, Attribute> = {};
  for (const [name, spec] of Object.entries(op.attributes)) {
    const value = given[name] ?? spec.default;
    if (value === undefined) continue;
    if (!isKind(spec.kind, value)) {
      throw new StriateError("usage", `${op.name}: attribute ${name} must be of kind ${spec.kind}, received ${value}`);
    }
    complete[name] = value;
  }
  const unknown = Object.keys(given).filter((name) => !(name in op.attributes));
  if (unknown.length > 0) {
    const known = Object.keys(op.attributes).join(", ") || "none";
    throw new StriateError("usage", `${op.name}: unknown attribute ${unknown.join(", ")}; it has ${known}`);
  }
  return complete;
}

function isKind(kind: AttributeSpec["kind"], value: Attribute): boolean {
  if (kind === "string") return typeof value === "string";
  if (kind === "tensor") return typeof value === "object" && "dtype" in value;
  return kind.endsWith("s") ? Array.isArray(value) : typeof value === "number";
}

/** Checks the number of inputs of a new node and infers the types of its outputs. */
export function inferTypes(
  op: Op,
  inputs: readonly (Value | undefined)[],
  attributes: Readonly<Record<string, Attribute>>,
): readonly ValueType[] {
  const required = op.inputNames.length - op.optionalCount;
  const missing = op.inputNames.slice(0, required).filter((_, i) => inputs[i] === undefined);
  if (missing.length > 0 || (!op.variadic && inputs.length > op.inputNames.length)) {
    throw new StriateError(
      "shape",
      `${op.name} takes ${op.inputNames.join(", ")}; received ${inputs.map((v) => (v ? typeText(v) : "nothing")).join(", ") || "nothing"}`,
    );
  }
  return op.infer(inputs, attributes);
}
