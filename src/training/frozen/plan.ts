import type { Dataset } from "../../data/index.ts";
import { type Graph, graphCost } from "../../graph/index.ts";
import type { Model } from "../../model/index.ts";
import { OPS } from "../../ops/index.ts";
import { RATE_INPUT } from "../step/index.ts";
import { type RowLayout, rowLayout } from "./layout.ts";
import type { FrozenCacheSettings } from "./options.ts";
import { frozenFrontier, splitAt } from "./split.ts";

/** What of a graph is computed once for each example. */
export interface FrozenPart {
  /** Names of the frontier's values. */
  readonly frontier: readonly string[];
  readonly layout: RowLayout;
}

/** The share of a run's work that must be frozen to be worth keeping. */
const WORTHWHILE = 0.1;

/**
 * The frozen part of a graph, where keeping what it makes of the examples is possible (they are the same again after some
 * epochs), worthwhile, and within the budget.
 * @param changing the states that training changes
 * @param memoryBytes what is left of the budget
 */
export function frozenPart(
  model: Model,
  data: Dataset,
  graph: Graph,
  changing: ReadonlySet<string>,
  { folder, diskBytes }: FrozenCacheSettings,
  memoryBytes: number,
): FrozenPart | undefined {
  const frontier = frozenFrontier(graph, model.inputNames, changing);
  if (frontier.length === 0) return undefined;
  const { prefix, rest } = splitAt(graph, model.inputNames, frontier);
  if (graphCost(prefix, OPS).flops < WORTHWHILE * graphCost(graph, OPS).flops) return undefined;
  const layout = rowLayout(rest.inputs.filter(({ name }) => name !== RATE_INPUT));
  const bytes = bytesKept(data, layout);
  const fits = bytes <= memoryBytes || (folder !== undefined && bytes <= diskBytes);
  return fits ? { frontier, layout } : undefined;
}

/** Bytes of all that is kept of a data set. */
export function bytesKept({ length, versions = 1 }: Dataset, { size }: RowLayout): number {
  return length * versions * size;
}

/** Whether a model and a data set may have a frozen part at all, which is quickly known. */
export function mayBeFrozen({ weightSpecs }: Model, { versions, redrawn }: Dataset): boolean {
  return versions !== undefined && redrawn !== true && weightSpecs.some(({ trainable }) => !trainable);
}
