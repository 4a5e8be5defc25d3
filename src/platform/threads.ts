/** Threads as a platform has them: each runs the one program `entries/worker.ts`. `port.ts` is how to talk to one. */
export interface Threads {
  /**
   * @param address of the program where it does not lie beside Striate's modules
   * @throws Error where the platform does not start it; a program that cannot be loaded is told by `failed`
   */
  start(events: ThreadEvents, address?: string | URL): Thread;
  /** In a thread: what it was started by. */
  parent(): ParentThread;
}

/** What a thread's starter is told. */
export interface ThreadEvents {
  message(message: unknown): void;
  failed(error: Error): void;
  ended(how: string): void;
}

/** A thread, as its starter has it. */
export interface Thread {
  /** @throws Error for a message that cannot be sent */
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** Keeps the process alive. */
  ref(): void;
  unref(): void;
  /** Ends it, whatever it does. */
  terminate(): Promise<void>;
}

/** The starter of a thread, as the thread has it. */
export interface ParentThread {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  listen(receive: (message: unknown) => void): void;
  /** Ends this thread when nothing is left to do. */
  close(): void;
}
