import { expect } from "vitest";

/** Below this many milliseconds a clock tells nothing about how work grows. */
const FLOOR_MS = 60;

/**
 * Fails where the time to read a file grows faster than the file: four times the content may take eight times as long,
 * where the square would be sixteen times. The best of three counts, since other work on the machine only adds.
 */
export async function growsWithTheFile(
  make: (size: number) => Uint8Array | Promise<Uint8Array>,
  size: number,
  read: (file: Uint8Array) => unknown,
): Promise<void> {
  const [small, large] = [await make(size), await make(4 * size)];
  const once = await bestOf(3, small, read);
  expect(await bestOf(3, large, read)).toBeLessThan(8 * once + FLOOR_MS);
}

async function bestOf(times: number, file: Uint8Array, read: (file: Uint8Array) => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i++) {
    const begin = performance.now();
    await read(file);
    best = Math.min(best, performance.now() - begin);
  }
  return best;
}
