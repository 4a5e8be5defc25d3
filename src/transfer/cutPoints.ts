/** A step of a computation: what it takes and what it gives, values compared by identity. */
export interface Step<V> {
  readonly inputs: readonly V[];
  readonly outputs: readonly V[];
}

/**
 * The values through which everything goes: what comes after depends on the inputs by this one alone, so the computation can
 * be cut there in two. In the order in which they are computed.
 * @param steps in an order in which they can run
 * @param inputs what the computation is given for each example; everything else that steps take is known before
 */
export function cutPoints<V>(steps: readonly Step<V>[], inputs: readonly V[], outputs: readonly V[]): readonly V[] {
  const lastUse = new Map<V, number>();
  for (const [i, step] of steps.entries()) for (const value of step.inputs) lastUse.set(value, i);
  for (const output of outputs) lastUse.set(output, steps.length);
  const open = new Set(inputs.filter((input) => lastUse.has(input)));
  const depends = new Set(inputs);
  const found: V[] = [];
  for (const [i, step] of steps.entries()) {
    const takes = step.inputs.some((value) => depends.has(value));
    for (const value of step.inputs) if (lastUse.get(value) === i) open.delete(value);
    if (!takes) continue;
    for (const value of step.outputs) {
      depends.add(value);
      if (lastUse.has(value)) open.add(value);
    }
    const [only, ...others] = open;
    if (only !== undefined && others.length === 0 && step.outputs.includes(only)) found.push(only);
  }
  return found;
}
