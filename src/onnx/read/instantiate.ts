import { nameText } from "../../checks/index.ts";
import { asError, StriateError } from "../../errors.ts";
import {
  type Attribute,
  type AttributeSchema,
  type AttributesGiven,
  type Graph,
  GraphBuilder,
  type Op,
  type Value,
} from "../../graph/index.ts";
import { at, bytesOf, type Shape, sameShape, typeText } from "../../tensor/index.ts";
import type { NodeContext } from "./context.ts";
import { bindInputs, declareInputs } from "./dimensions.ts";
import { Folding } from "./fold.ts";
import { importNode } from "./importers.ts";
import { checkSize, Limits } from "./limits.ts";
import { nodeText, type OnnxBody, type OnnxModel, type OnnxNode, takenBy } from "./model.ts";
import { type ParseOptions, parseOnnx } from "./parse.ts";
import { checkRebatched, type Rebatch, rebatchedInputs } from "./rebatch.ts";

/** The options of `instantiate`. */
export interface InstantiateOptions {
  /** Whether the graph is to be trained, which is when Dropout drops (by `g.random`). Default: false. */
  readonly training?: boolean;
  /**
   * Bytes that one result may take, and that all results which no input has a part in may take together. Default:
   * 2 GiB and 1 GiB, or more where the file's initializers and inputs are large.
   */
  readonly maxBytes?: number | undefined;
  /** Where the file has a batch written in it: for what other one the graph is. */
  readonly rebatch?: Rebatch | undefined;
  /** Told the shape of every value that a node of the file makes. */
  onShape?(name: string, shape: Shape): void;
  /** The value, a state say, to use in place of an initializer; without one it is a constant. See `parametersOf`. */
  parameter?(name: string): Value | undefined;
}

/**
 * Adds the nodes of an ONNX file to a graph, for inputs of given static shapes, which bind its dynamic dimensions. What
 * is known before a run is computed now: shapes above all.
 * @param inputs a value for each input of the file, by name
 * @returns the outputs of the file, by name
 * @throws StriateError `shape` for inputs that do not fit, `data` for a node that cannot be built, which is named
 */
export function instantiate(
  model: OnnxModel,
  g: GraphBuilder,
  inputs: ReadonlyMap<string, Value>,
  options: InstantiateOptions = {},
): Map<string, Value> {
  const values = new Scope();
  for (const [name, value] of inputs) values.set(name, value);
  bindInputs(model, inputs);
  for (const { shape } of inputs.values()) checkSize(shape);
  const used = new Set([...model.nodes.flatMap(takenBy), ...model.outputs]);
  let held = 0;
  for (const [name, tensor] of model.initializers) {
    if (!used.has(name)) continue;
    held += bytesOf(tensor);
    const given = options.parameter?.(name);
    if (given && (given.dtype !== tensor.dtype || !sameShape(given.shape, tensor.shape))) {
      throw new StriateError(
        "shape",
        `${model.name}: parameter ${nameText(name)} is ${typeText(tensor)}, received ${typeText(given)}`,
      );
    }
    values.set(name, given ?? g.constant(tensor));
  }
  const fed = [...inputs.values()].reduce((sum, value) => sum + bytesOf(value), 0);
  const limits = new Limits(held, fed, options.maxBytes);
  const build: Build = { model, g, options, limits, folding: new Folding() };
  addNodes(build, model.nodes, values);
  return new Map(model.outputs.map((name) => [name, found(values, name)]));
}

/** What all nodes of a file that are added to one graph share. */
interface Build {
  readonly model: OnnxModel;
  readonly g: GraphBuilder;
  readonly options: InstantiateOptions;
  readonly limits: Limits;
  readonly folding: Folding;
}

/** Adds nodes to the graph, and what they make to `values`. */
function addNodes(build: Build, nodes: readonly OnnxNode[], values: Scope): void {
  const { model, g, options, limits } = build;
  const { rebatch, onShape } = options;
  for (const node of nodes) {
    const outputs = inPlace(model, g, node, () => {
      const given = node.inputs.map((name) => (name === "" ? undefined : values.get(name)));
      const inputs = rebatch ? rebatchedInputs(g, node, given, rebatch) : given;
      const before = g.nodes.length;
      const outputs = importNode(contextOf(build, node, inputs, values));
      for (let i = before; i < g.nodes.length; i++) limits.check(at(g.nodes, i).inputs, at(g.nodes, i).outputs);
      if (rebatch) checkRebatched(node, inputs, outputs, rebatch);
      return outputs;
    });
    for (const [i, name] of node.outputs.entries()) {
      if (name === "") continue;
      const output = outputs[i];
      if (!output) throw new StriateError("data", `${model.name}: ${nodeText(node)} has no output ${i} in Striate`);
      values.set(name, output);
      onShape?.(name, output.shape);
    }
  }
}

/** Values by name: those of a graph, and of the graphs around it. */
class Scope {
  readonly #local = new Map<string, Value>();
  readonly #outer: Scope | undefined;

  constructor(outer?: Scope) {
    this.#outer = outer;
  }

  get(name: string): Value | undefined {
    return this.#local.get(name) ?? this.#outer?.get(name);
  }

  set(name: string, value: Value): void {
    this.#local.set(name, value);
  }
}

function found(values: Scope, name: string): Value {
  const value = values.get(name);
  if (!value) throw new StriateError("data", `nothing makes the output ${nameText(name)}`);
  return value;
}

function contextOf(build: Build, node: OnnxNode, inputs: readonly (Value | undefined)[], values: Scope): NodeContext {
  const { model, g, options, folding } = build;
  function add<S extends AttributeSchema>(
    op: Op<S>,
    given: readonly (Value | undefined)[],
    attributes: AttributesGiven<S> = {},
  ): readonly Value[] {
    const known = folding.evaluate(op, given, attributes as Record<string, Attribute>);
    return known ? known.map((tensor) => g.constant(tensor)) : g.ops(op, given, attributes);
  }
  function spend(elements: number): void {
    if (folding.spend(elements)) return;
    throw new StriateError("data", `it needs constants of ${elements} elements, more than are made for one graph`);
  }
  function addBody(body: OnnxBody, given: readonly Value[]): readonly Value[] {
    const inner = new Scope(values);
    for (const [i, name] of body.inputs.entries()) inner.set(name, at(given, i));
    for (const [name, tensor] of body.initializers) inner.set(name, g.constant(tensor));
    addNodes(build, body.nodes, inner);
    return body.outputs.map((name) => found(inner, name));
  }
  const typeOf = (index: number) => model.elementTypes.get(node.inputs[index] ?? "");
  const { opset } = model;
  const { training = false } = options;
  return { g, node, opset, training, inputs, attributes: node.attributes, spend, add, addBody, typeOf };
}

/** Builds a node under its own name in the graph; whatever is thrown names the file and the node. */
function inPlace<T>(model: OnnxModel, g: GraphBuilder, node: OnnxNode, build: () => T): T {
  try {
    const scope = scopeOf(node);
    return scope ? g.scoped(scope, build) : build();
  } catch (error) {
    const known = error instanceof StriateError ? error : undefined;
    // The builder's own prefix would name the node a second time.
    const message = known?.cause instanceof StriateError ? known.cause.message : asError(error).message;
    const code = known?.code === "shape" ? "shape" : "data";
    throw new StriateError(code, `${model.name}: ${nodeText(node)}: ${message}`, { cause: error });
  }
}

/** `/layer1/conv/Conv` of PyTorch is the node Conv in layer1/conv. */
function scopeOf({ name, op }: OnnxNode): string {
  const parts = name.split("/").filter((part) => part !== "");
  return (parts.at(-1) === op ? parts.slice(0, -1) : parts).join("/");
}

/** The options of `readOnnxGraph`. */
export interface ReadOptions extends ParseOptions, Pick<InstantiateOptions, "maxBytes"> {
  /** Sizes for the file's dynamic dimensions, by name. */
  readonly bind?: Readonly<Record<string, number>>;
}

/**
 * An ONNX file as a graph for inference, its inputs and outputs having the file's names.
 * @throws StriateError as `parseOnnx` and `instantiate` do; `usage` for dynamic dimensions that `bind` does not name
 */
export function readOnnxGraph(bytes: Uint8Array, { bind = {}, maxBytes, ...options }: ReadOptions = {}): Graph {
  const model = parseOnnx(bytes, options);
  const g = new GraphBuilder(model.name);
  const outputs = instantiate(model, g, declareInputs(model, g, bind), { maxBytes });
  for (const [name, value] of outputs) g.output(name, value);
  return g.build();
}
