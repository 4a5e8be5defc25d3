import type { DataProblem, Dataset } from "../data/index.ts";

/**
 * What data sets left out, each picture once.
 * @param before what was found before a run was resumed
 */
export function problemsOf(
  before: readonly DataProblem[],
  ...sets: readonly (Dataset | undefined)[]
): readonly DataProblem[] {
  const all = [before, ...sets.map((data) => data?.problems?.() ?? [])].flat();
  const byPath = new Map(all.map((problem) => [problem.path, problem]));
  // In the order of the paths: that in which they were found depends on the workers.
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
