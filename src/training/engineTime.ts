/** Milliseconds in which the engine of a run worked, and in which it waited for data. */
export class EngineTime {
  #steps = 0;
  #waited = 0;

  /** A step of the engine. */
  async working<T>(step: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await step();
    this.#steps += performance.now() - began;
    return result;
  }

  /** Data that the engine needs; before the first step there is nothing that it could do meanwhile. */
  async waiting<T>(data: Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await data;
    if (this.#steps > 0) this.#waited += performance.now() - began;
    return result;
  }

  /** The fraction of the time in which the engine could have worked, had there been data. */
  get waitedShare(): number {
    const all = this.#steps + this.#waited;
    return all > 0 ? this.#waited / all : 0;
  }
}
