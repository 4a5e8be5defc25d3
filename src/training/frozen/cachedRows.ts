import type { RowFolder } from "./rowFolder.ts";

/** Rows in memory, as many as its budget takes, and in a folder if there is one. */
export class CachedRows {
  readonly #memory = new Map<number, Uint8Array>();
  readonly #folder: RowFolder | undefined;
  readonly #keyOf: (place: number) => string;
  #room: number;

  /**
   * @param keyOf the key of a row in the folder
   * @param folder closed by whoever opened it
   */
  constructor(memoryBytes: number, keyOf: (place: number) => string, folder: RowFolder | undefined) {
    this.#room = memoryBytes;
    this.#keyOf = keyOf;
    this.#folder = folder;
  }

  has(place: number): boolean {
    return this.#memory.has(place) || (this.#folder?.has(this.#keyOf(place)) ?? false);
  }

  async get(place: number): Promise<Uint8Array | undefined> {
    const row = this.#memory.get(place);
    if (row) return row;
    const stored = await this.#folder?.get(this.#keyOf(place));
    if (stored) this.#keep(place, stored);
    return stored;
  }

  /** @param isItsOwn false for what should not outlast the run: the row of a picture that stands in for another */
  async put(place: number, row: Uint8Array, isItsOwn: boolean): Promise<void> {
    this.#keep(place, row);
    if (isItsOwn) await this.#folder?.put(this.#keyOf(place), row);
  }

  #keep(place: number, row: Uint8Array): void {
    if (row.length > this.#room || this.#memory.has(place)) return;
    this.#room -= row.length;
    this.#memory.set(place, row);
  }
}
