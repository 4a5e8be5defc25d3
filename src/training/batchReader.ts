/** Reads the batches of an epoch in their order, one of them ahead. Reading says nothing about where the training stands. */
export class BatchReader<T> {
  readonly #read: (batch: number) => Promise<T>;
  readonly #batches: number;
  #next: number;
  #ahead: Promise<T> | undefined;

  /**
   * @param batches how many there are
   * @param first the number of the first one to read
   */
  constructor(read: (batch: number) => Promise<T>, batches: number, first: number) {
    this.#read = read;
    this.#batches = batches;
    this.#next = first;
  }

  /** Begins to read the next batch. If that fails, `take` says so. */
  readAhead(): void {
    if (this.#ahead || this.#next >= this.#batches) return;
    this.#ahead = this.#read(this.#next++);
    this.#ahead.catch(() => undefined);
  }

  /** The next batch; nothing after the last one. */
  async take(): Promise<T | undefined> {
    this.readAhead();
    const batch = this.#ahead;
    this.#ahead = undefined;
    return batch;
  }
}
