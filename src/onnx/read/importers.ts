import { itemized, listed, nameText } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { Attribute, Op, Value } from "../../graph/index.ts";
import { OPS } from "../../ops/index.ts";
import { ATTENTION } from "./attention.ts";
import { BITWISE } from "./bits.ts";
import { BOXES } from "./boxes.ts";
import { BRANCHES } from "./branches.ts";
import { COMPOSED } from "./composed.ts";
import type { Importer, NodeContext } from "./context.ts";
import { EINSUM } from "./einsum.ts";
import { GRIDS } from "./gridSample.ts";
import { LOSSES } from "./losses.ts";
import { nodeText, type OnnxNode } from "./model.ts";
import { NORMALIZATIONS } from "./normalizing.ts";
import { OLDER_FORMS } from "./olderForms.ts";
import { PATCHES } from "./patches.ts";
import { QUANTIZED } from "./quantized.ts";
import { RESIZING } from "./resizing.ts";
import { SEQUENCES } from "./sequences.ts";
import { SHAPES } from "./shapes.ts";
import { TRAINING } from "./trainingModes.ts";

/** The operators whose node in the file is not simply a node of the graph, whatever the opset. */
const IMPORTERS: ReadonlyMap<string, Importer> = new Map(
  [
    ...[OLDER_FORMS, SHAPES, RESIZING, TRAINING, COMPOSED, NORMALIZATIONS, LOSSES, BRANCHES, QUANTIZED, EINSUM],
    ...[GRIDS, PATCHES, BOXES, ATTENTION, BITWISE, SEQUENCES],
  ].flatMap((table) => Object.entries(table)),
);

const STANDARD: ReadonlyMap<string, Op> = new Map(Object.entries(OPS).filter(([, { domain }]) => domain === ""));

/**
 * Checks that Striate has every operator.
 * @throws StriateError `data` that lists all those it does not have, each with its nodes.
 */
export function checkOperators(nodes: readonly OnnxNode[]): void {
  const missing = new Map<string, string[]>();
  for (const node of nodes) {
    const { op, domain, name, outputs } = node;
    if (domain === "" && (IMPORTERS.has(op) || STANDARD.has(op))) continue;
    const type = domain === "" ? op : `${domain}.${op}`;
    const places = missing.get(type);
    const place = name || outputs[0] || "?";
    if (places) places.push(place);
    else missing.set(type, [place]);
  }
  if (missing.size === 0) return;
  const list = [...missing].map(([type, places]) => `${nameText(type)} (${listed(places, 5)})`);
  throw new StriateError("data", `has operators that Striate does not have, by node:${itemized(list)}`);
}

/** The outputs of a node in the graph. */
export function importNode(context: NodeContext): readonly Value[] {
  const { node, inputs, attributes } = context;
  const importer = IMPORTERS.get(node.op);
  if (importer) return importer(context);
  const op = STANDARD.get(node.op);
  if (!op) throw new StriateError("data", `${nodeText(node)} is of an operator that Striate does not have`);
  return context.add(op, inputs, attributes as Record<string, Attribute>);
}
