import { type DType, isFloat, type Shape, sizeOf, type Tensor } from "../../tensor/index.ts";
import type { OnnxModel, OnnxNode } from "./model.ts";

/** A weight of an ONNX file. */
export interface OnnxParameter {
  /** The name of the initializer. */
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** Its numbers in the file. */
  readonly value: Tensor;
  /** False for statistics: the running mean and variance of a batch normalization. */
  readonly trainable: boolean;
}

type Role = "weight" | "offset" | "statistic";

/** What the inputs of an operator are, by place. An "offset" is a weight when it is more than one number. */
const ROLES: Readonly<Record<string, readonly (Role | undefined)[]>> = {
  Conv: [undefined, "weight", "weight"],
  ConvTranspose: [undefined, "weight", "weight"],
  Gemm: ["weight", "weight", "weight"],
  MatMul: ["weight", "weight"],
  BatchNormalization: [undefined, "weight", "weight", "statistic", "statistic"],
  InstanceNormalization: [undefined, "weight", "weight"],
  GroupNormalization: [undefined, "weight", "weight"],
  LayerNormalization: [undefined, "weight", "weight"],
  RMSNormalization: [undefined, "weight"],
  PRelu: [undefined, "weight"],
  Gather: ["weight"],
  Add: ["offset", "offset"],
  Mul: ["offset", "offset"],
};

/** Operators through which a weight stays the same weight. */
const MOVES = new Set(["Identity", "Cast", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten"]);

/**
 * The initializers that a training could change: kernels, biases, scales, embeddings, and statistics. Other initializers
 * (shapes, bounds of a clip, single numbers in a formula) are constants; so are Constant nodes, unless the file has its
 * weights in these, and the ones and zeros by which a group normalization is written as one of instances.
 */
export function parametersOf(model: OnnxModel): OnnxParameter[] {
  const nodes = withInner(model.nodes);
  const roles = rolesOf(nodes);
  for (const name of formalNumbers(nodes, model.initializers)) roles.delete(name);
  const all = [...model.initializers].flatMap(([name, value]): OnnxParameter[] => {
    const role = roles.get(name);
    const { dtype, shape } = value;
    if (!role || !isFloat(dtype) || (role === "offset" && sizeOf(shape) < 2)) return [];
    return [{ name, dtype, shape, value, trainable: role !== "statistic" }];
  });
  const initializers = all.filter(({ name }) => !model.constants.has(name));
  return initializers.some(({ name }) => roles.get(name) === "weight") ? initializers : all;
}

/** Scales of 1 and offsets of 0 of an instance normalization whose instances are a Reshape's: groups of channels. */
function formalNumbers(nodes: readonly OnnxNode[], initializers: OnnxModel["initializers"]): string[] {
  const reshaped = new Set(nodes.filter(({ op }) => op === "Reshape").flatMap(({ outputs }) => outputs));
  const all = (name: string | undefined, number: number) =>
    initializers.get(name ?? "")?.data.every((x: number | bigint) => x === number) ?? false;
  return nodes.flatMap(({ op, inputs: [x = "", scale = "", bias = ""] }) =>
    op === "InstanceNormalization" && reshaped.has(x) && all(scale, 1) && all(bias, 0) ? [scale, bias] : [],
  );
}

/** The inputs of the file that a node takes as its weights, by the node: they are no pictures. */
export function fedWeights(model: OnnxModel): ReadonlyMap<string, OnnxNode> {
  const inputs = new Set(model.inputs.map(({ name }) => name));
  const found = new Map<string, OnnxNode>();
  for (const node of withInner(model.nodes)) {
    if (node.domain !== "" || node.op === "Add" || node.op === "Mul") continue;
    for (const [i, role] of (ROLES[node.op] ?? []).entries()) {
      const name = node.inputs[i] ?? "";
      if (role && ROLES[node.op]?.[0] === undefined && inputs.has(name)) found.set(name, node);
    }
  }
  return found;
}

/** All nodes, those of graphs that nodes hold after the node. */
function withInner(nodes: readonly OnnxNode[]): OnnxNode[] {
  return nodes.flatMap((node) => [node, ...Object.values(node.graphs).flatMap((body) => withInner(body.nodes))]);
}

/** What each value is to the nodes that use it; a statistic stays one whatever else it is used for. */
function rolesOf(nodes: readonly OnnxNode[]): Map<string, Role> {
  const roles = new Map<string, Role>();
  const note = (name: string | undefined, role: Role | undefined) => {
    if (!name || !role || roles.get(name) === "statistic") return;
    if (role !== "offset" || !roles.has(name)) roles.set(name, role);
  };
  for (const { op, domain, inputs, outputs } of nodes.toReversed()) {
    if (domain !== "") continue;
    if (MOVES.has(op)) note(inputs[0], roles.get(outputs[0] ?? ""));
    for (const [i, role] of (ROLES[op] ?? []).entries()) note(inputs[i], role);
  }
  return roles;
}
