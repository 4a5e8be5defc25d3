// Circles of imports: files that need each other cannot be understood, or loaded, one at a time.
import { dirname, join } from "node:path/posix";
import { importsOf } from "./rooms.ts";

/**
 * The groups of files that import each other, in whatever way: static, dynamic and of types alone; the files of a group
 * in the order of their paths. `sources` maps a path from the repository's root to its text.
 */
export function importCircles(sources: ReadonlyMap<string, string>): string[][] {
  const imports = new Map(
    [...sources].map(([file, text]) => {
      const targets = importsOf(file, text).filter((specifier) => specifier.startsWith("."));
      return [file, targets.map((specifier) => join(dirname(file), specifier)).filter((path) => sources.has(path))];
    }),
  );
  return stronglyConnected(imports)
    .filter(([first = "", ...others]) => others.length > 0 || imports.get(first)?.includes(first))
    .map((group) => group.sort());
}

/** The strongly connected components of a graph (Tarjan 1972). */
function stronglyConnected(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const visit = (node: string): number => {
    const own = index.size;
    index.set(node, own);
    stack.push(node);
    let lowest = own;
    for (const next of edges.get(node) ?? []) {
      if (!index.has(next)) lowest = Math.min(lowest, visit(next));
      else if (stack.includes(next)) lowest = Math.min(lowest, index.get(next) ?? own);
    }
    low.set(node, lowest);
    if (lowest === own) found.push(stack.splice(stack.indexOf(node)));
    return lowest;
  };
  for (const node of edges.keys()) if (!index.has(node)) visit(node);
  return found;
}
