import { nameText } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import { nodeText, type OnnxNode, takenBy } from "./model.ts";

/** Told of a value that nothing in the graph makes, and who needs it. */
type Missing = (name: string, user: string) => void;

/**
 * The nodes that an output depends on, each after those whose outputs it takes; in the order of the file where that
 * is one. Takes time in proportion to the nodes and their inputs.
 * @throws StriateError `data` when a value is made twice, or depends on itself
 */
export function neededInOrder(
  nodes: readonly OnnxNode[],
  sources: readonly string[],
  outputs: readonly string[],
  missing: Missing,
): OnnxNode[] {
  const makers = makersOf(nodes, sources);
  const needed = reach(makers, outputs, missing);
  const ordered: OnnxNode[] = [];
  const state = new Map<OnnxNode, "open" | "done">();
  // A stack in place of recursion: a chain of nodes may be as long as the file. Each input is looked at once.
  const stack: { readonly node: OnnxNode; readonly takes: readonly string[]; next: number }[] = [];
  const enter = (node: OnnxNode | undefined) => {
    const known = node && state.get(node);
    if (!node || known === "done") return;
    if (known === "open") {
      throw new StriateError("data", `${nodeText(node)} depends on its own output; the file is damaged`);
    }
    state.set(node, "open");
    stack.push({ node, takes: takenBy(node), next: 0 });
  };
  for (const root of nodes) {
    if (needed.has(root)) enter(root);
    for (let place = stack.at(-1); place; place = stack.at(-1)) {
      const { node, takes } = place;
      const name = takes[place.next++];
      if (name !== undefined) enter(makers.get(name));
      else {
        stack.pop();
        state.set(node, "done");
        ordered.push(node);
      }
    }
  }
  return ordered;
}

/** The node that makes each value; `undefined` for those that are given. */
function makersOf(nodes: readonly OnnxNode[], sources: readonly string[]): Map<string, OnnxNode | undefined> {
  const makers = new Map<string, OnnxNode | undefined>(sources.map((name) => [name, undefined]));
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === "") continue;
      if (makers.has(output)) {
        throw new StriateError(
          "data",
          `${nodeText(node)} makes the value ${nameText(output)}, which there is already; the file is damaged`,
        );
      }
      makers.set(output, node);
    }
  }
  return makers;
}

function reach(
  makers: ReadonlyMap<string, OnnxNode | undefined>,
  outputs: readonly string[],
  missing: Missing,
): Set<OnnxNode> {
  const needed = new Set<OnnxNode>();
  const visit = (name: string, user: OnnxNode | undefined) => {
    if (!makers.has(name)) missing(name, user ? nodeText(user) : "the list of outputs");
    const maker = makers.get(name);
    if (maker) needed.add(maker);
  };
  for (const name of outputs) visit(name, undefined);
  // A set goes on to what is added to it meanwhile.
  for (const node of needed) for (const name of takenBy(node)) if (name !== "") visit(name, node);
  return needed;
}
