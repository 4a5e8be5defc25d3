import { uniform } from "#striate/tensor/random";

/**
 * Damaged copies of a file, the same ones in every run: bytes changed, cut out, cut off, put in, or set to the extremes
 * that length fields break on.
 */
export function* mutations(file: Uint8Array, count: number): Generator<Uint8Array> {
  for (let i = 0; i < count; i++) {
    const draws = uniform({ seed: 3, stream: "mutations", counter: i }, 8);
    const pick = (draw: number, below: number) => Math.floor((draws[draw] ?? 0) * below);
    const bytes = [...file];
    // Most damage goes to the beginning, where the headers are.
    const place = pick(0, pick(1, 2) === 0 ? Math.min(bytes.length, 64) : bytes.length);
    const kind = pick(2, 6);
    if (kind === 0) bytes[place] = pick(3, 256);
    else if (kind === 1) bytes[place] = (bytes[place] ?? 0) ^ (1 << pick(3, 8));
    else if (kind === 2) bytes.splice(place, 1 + pick(3, 8));
    else if (kind === 3) bytes.splice(place, 0, ...Array.from({ length: 1 + pick(3, 8) }, () => pick(4, 256)));
    else if (kind === 4) bytes.length = place;
    else bytes.splice(place, 4, ...Array.from({ length: 4 }, () => (pick(3, 2) === 0 ? 0 : 255)));
    yield Uint8Array.from(bytes);
  }
}
