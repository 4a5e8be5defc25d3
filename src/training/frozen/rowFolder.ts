import { platform } from "#platform";
import { asError } from "../../errors.ts";
import { hex } from "../../platform/index.ts";
import { type RowPlace, readRow, rowsIn, writeChunk } from "./chunkFile.ts";

const { join } = platform.paths;

/** What is written at once. */
const CHUNK_BYTES = 4 * 2 ** 20;

export interface RowFolderOptions {
  readonly folder: string;
  /** What all rows were computed by: those of another are left alone. */
  readonly name: string;
  /** Bytes of a row. */
  readonly size: number;
  readonly diskBytes: number;
  readonly onNote: (note: string) => void;
}

/**
 * Rows of bytes by their keys in a folder, in files that each are written at once: who is killed loses the rows of one of them.
 * A folder that cannot be read or written, or is full, is told once and takes no more.
 */
export class RowFolder {
  readonly #options: RowFolderOptions;
  readonly #places = new Map<string, RowPlace>();
  #pending = new Map<string, Uint8Array>();
  #room = 0;
  #given = false;

  private constructor(options: RowFolderOptions) {
    this.#options = options;
  }

  static async open(options: RowFolderOptions): Promise<RowFolder> {
    const rows = new RowFolder(options);
    await rows.#look();
    return rows;
  }

  has(key: string): boolean {
    return this.#places.has(key) || this.#pending.has(key);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const place = this.#places.get(key);
    if (!place) return this.#pending.get(key);
    const row = await readRow(place, this.#options.size).catch(() => undefined);
    // A damaged one is computed again, and written again.
    if (!row) this.#places.delete(key);
    return row;
  }

  async put(key: string, row: Uint8Array): Promise<void> {
    if (this.#given || this.has(key)) return;
    this.#pending.set(key, row);
    if (this.#pending.size * this.#options.size >= CHUNK_BYTES) await this.flush();
  }

  /** Writes what has been put since the last time. */
  async flush(): Promise<void> {
    const rows = this.#pending;
    if (rows.size === 0 || this.#given) return;
    this.#pending = new Map();
    const { folder, name, size, diskBytes } = this.#options;
    if (rows.size * size > this.#room) {
      this.#giveUp(`would hold more than diskBytes, ${diskBytes} bytes; delete what is no longer needed in it`);
      return;
    }
    const keys = new TextEncoder().encode([...rows.keys()].join());
    const path = join(folder, `${name}-${hex(await platform.hash("sha256", keys)).slice(0, 16)}${ENDING}`);
    try {
      this.#room -= await writeChunk(path, rows);
      for (const [key, place] of await rowsIn(path, size)) this.#places.set(key, place);
    } catch (thrown) {
      this.#giveUp(asError(thrown).message);
    }
  }

  async #look(): Promise<void> {
    const { folder, name, size, diskBytes } = this.#options;
    try {
      await platform.files.makeFolder(folder);
      const entries = await platform.files.list(folder);
      let held = 0;
      for (const { name: file } of entries) {
        const path = join(folder, file);
        held += (await platform.files.status(path).catch(() => ({ size: 0 }))).size;
        if (!file.startsWith(`${name}-`) || !file.endsWith(ENDING)) continue;
        const found = await rowsIn(path, size).catch(() => new Map<string, RowPlace>());
        for (const [key, place] of found) this.#places.set(key, place);
      }
      this.#room = diskBytes - held;
    } catch (thrown) {
      this.#giveUp(asError(thrown).message);
    }
  }

  #giveUp(reason: string): void {
    this.#given = true;
    this.#options.onNote(`the cache in ${this.#options.folder} takes no more: ${reason}`);
  }
}

const ENDING = ".rows";
