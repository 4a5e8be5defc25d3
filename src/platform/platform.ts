import type { Files } from "./files.ts";
import type { Threads } from "./threads.ts";

/** What Node and browsers do differently. Both sides implement all of it; what one cannot do, it says in an error. */
export interface Platform {
  readonly name: "Node" | "browser";
  readonly files: Files;
  readonly paths: Paths;
  readonly assets: Assets;
  readonly threads: Threads;
  /** How many threads can compute at once. */
  cores(): number;
  /** @throws StriateError `usage` where the platform does not have the algorithm: browsers have no MD5 */
  hash(algorithm: HashAlgorithm, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<Uint8Array>;
  /**
   * Unpacks gzip.
   * @throws an error with a `code`: ERR_BUFFER_TOO_LARGE for more than `most` bytes, Z_BUF_ERROR for data that are cut
   * short. StriateError `usage` where the platform cannot do it at once
   */
  gunzipSync(bytes: Uint8Array, most: number): Uint8Array;
  /** A timer that does not keep the process alive. @returns what stops it */
  backgroundTimer(act: () => void, ms: number): () => void;
  /** Where progress may be shown; a browser has none. */
  terminal(): Terminal | undefined;
  /** The folder for what is fetched. @throws StriateError `usage` where there are no folders */
  cacheFolder(): string;
}

export type HashAlgorithm = "md5" | "sha256";

/** Paths as the platform writes them. */
export interface Paths {
  join(...parts: readonly string[]): string;
  /** Absolute. */
  resolve(...parts: readonly string[]): string;
  dirname(path: string): string;
  basename(path: string): string;
  /** With its dot; "" where there is none. */
  extname(path: string): string;
}

/** Files that come with Striate, by their addresses beside its modules: read from disk, or fetched. */
export interface Assets {
  /** What to call it, and in Node where it lies. */
  path(url: URL): string;
  /** @throws StriateError `network` where it cannot be fetched; the system's own error where it cannot be read */
  read(url: URL): Promise<Uint8Array>;
  /** @throws StriateError `usage` in a browser, which only fetches */
  readSync(url: URL): Uint8Array;
}

/** What standard error is in Node. */
export interface Terminal {
  readonly isTTY: boolean;
  readonly columns: number;
  write(text: string): unknown;
}
