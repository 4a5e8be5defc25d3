/** Calls one after the other, in the order in which they come. One that fails does not stop those behind it. */
export class Queue {
  #last: Promise<void> = Promise.resolve();

  add<T>(call: () => Promise<T>): Promise<T> {
    const result = this.#last.then(call);
    const done = () => {};
    this.#last = result.then(done, done);
    return result;
  }
}
