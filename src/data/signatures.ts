import type { Dataset } from "./dataset.ts";

/**
 * The signatures of a data set's examples with what is done to them.
 * @param change a text, or one for each example
 */
export async function signedWith(
  source: Dataset,
  change: string | ((index: number) => string),
): Promise<readonly string[] | undefined> {
  const signatures = await source.signatures?.();
  return signatures?.map((signature, i) => `${signature} ${typeof change === "string" ? change : change(i)}`);
}
