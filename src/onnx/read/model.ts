import { nameText, quoted } from "../../checks/index.ts";
import type { DType, Tensor } from "../../tensor/index.ts";

/** An attribute as the file has it; graphs, sequences and sparse tensors are left out. */
export type OnnxAttribute = number | string | readonly number[] | readonly string[] | Tensor;

/** One node of the file; values are named, and an optional input or output that is left out is `""`. */
export interface OnnxNode {
  readonly op: string;
  /** `""` is ONNX's own. */
  readonly domain: string;
  /** The file's name for the node, which may be empty. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
  /** The graphs that it holds, by attribute: the branches of If. */
  readonly graphs: Readonly<Record<string, OnnxBody>>;
}

/** Nodes with what they make and what they are made of: a file's main graph, or one that a node holds. */
export interface OnnxBody {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Those that an output depends on, each after those whose outputs it takes; Constant nodes are initializers. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** The values that it takes from the graph around it. */
  readonly captures: readonly string[];
}

/** What must be fed. */
export interface OnnxInput {
  readonly name: string;
  /** The type that Striate holds it in: see `heldType`. */
  readonly dtype: DType;
  /** A size, the name of a dynamic dimension, or `undefined` for one without a name; absent when even the rank is open. */
  readonly dims: readonly (number | string | undefined)[] | undefined;
}

/** An ONNX file, read and checked; plain data. Made by `parseOnnx`, turned into graphs by `instantiate`. */
export interface OnnxModel {
  /** What to call the file in messages. */
  readonly name: string;
  /** The version of ONNX's operators that the nodes mean. */
  readonly opset: number;
  /** Inputs without those that have an initializer. */
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
  /** See `OnnxBody`. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** The file's own texts by key. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The initializers that are Constant nodes in the file. */
  readonly constants: ReadonlySet<string>;
  /** ONNX's numbers for the types of inputs and constants as the file has them, which may be held in wider ones. */
  readonly elementTypes: ReadonlyMap<string, number>;
}

/** The values that a node takes, those of its graphs too. */
export function takenBy({ inputs, graphs }: OnnxNode): readonly string[] {
  const bodies = Object.values(graphs);
  return bodies.length === 0 ? inputs : [...inputs, ...bodies.flatMap(({ captures }) => captures)];
}

/** How messages name a node. */
export function nodeText({ name, op, domain, outputs }: Pick<OnnxNode, "name" | "op" | "domain" | "outputs">): string {
  const type = domain === "" ? op : `${domain}.${op}`;
  return name === ""
    ? `the ${nameText(type)} node that makes ${quoted(outputs.find((o) => o) ?? "")}`
    : `node ${nameText(name)} (${nameText(type)})`;
}
