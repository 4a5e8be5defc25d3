import { expect } from "vitest";

/** Below this many milliseconds a clock tells nothing about how work grows. */
const FLOOR_MS = 60;

/** Of a machine that is busy otherwise some rounds tell nothing; where work grows as the square, none is good. */
const ROUNDS = 6;

/**
 * Fails where the time to read a file grows faster than the file: four times the content may take eight times as long,
 * where the square would be sixteen times. Time is the processor's own, which other programs add little to.
 */
export async function growsWithTheFile(
  make: (size: number) => Uint8Array | Promise<Uint8Array>,
  size: number,
  read: (file: Uint8Array) => unknown,
): Promise<void> {
  const [small, large] = [await make(size), await make(4 * size)];
  await grows(
    () => read(small),
    () => read(large),
  );
}

/** The same for two pieces of work, of which the second has four times as much to do. */
export async function grows(small: () => unknown, large: () => unknown): Promise<void> {
  await small();
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS && least >= 8; round++) {
    const once = await processorTime(small);
    const rest = Math.max(0, (await processorTime(large)) - FLOOR_MS);
    least = Math.min(least, rest === 0 ? 0 : rest / once);
  }
  expect(least, "times as long, for four times as much").toBeLessThan(8);
}

async function processorTime(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
