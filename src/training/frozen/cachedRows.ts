import type { StoredRows } from "./openRows.ts";

/** Rows in memory, as many as its budget takes, and in a folder if there is one. */
export class CachedRows {
  readonly #memory = new Map<number, Uint8Array>();
  readonly #stored: StoredRows | undefined;
  #room: number;

  /** @param stored flushed by whoever opened them */
  constructor(memoryBytes: number, stored: StoredRows | undefined) {
    this.#room = memoryBytes;
    this.#stored = stored;
  }

  has(place: number): boolean {
    return this.#memory.has(place) || (this.#stored?.folder.has(this.#stored.keyOf(place)) ?? false);
  }

  async get(place: number): Promise<Uint8Array | undefined> {
    const row = this.#memory.get(place);
    if (row) return row;
    const stored = await this.#stored?.folder.get(this.#stored.keyOf(place));
    if (stored) this.#keep(place, stored);
    return stored;
  }

  /** @param isItsOwn false for what should not outlast the run: the row of a picture that stands in for another */
  async put(place: number, row: Uint8Array, isItsOwn: boolean): Promise<void> {
    this.#keep(place, row);
    if (isItsOwn) await this.#stored?.folder.put(this.#stored.keyOf(place), row);
  }

  #keep(place: number, row: Uint8Array): void {
    if (row.length > this.#room || this.#memory.has(place)) return;
    this.#room -= row.length;
    this.#memory.set(place, row);
  }
}
