import { platform } from "#platform";
import { asError, StriateError } from "../../errors.ts";
import { readRegular } from "../../files/regularFile.ts";
import type { GrowingFile } from "../../platform/index.ts";

const { files } = platform;

/**
 * The beginning of a file that is being fetched, and what the server called the version that it is the beginning of
 * (its ETag, or its Last-Modified): kept beside each other, so that another process can go on.
 */
export class PartFile {
  readonly path: string;
  #size: number;
  #version: string | undefined;
  #file: GrowingFile | undefined;

  private constructor(path: string, size: number, version: string | undefined) {
    this.path = path;
    this.#size = size;
    this.#version = version;
  }

  /** What an earlier process left at this path, or an empty part. */
  static async find(path: string): Promise<PartFile> {
    const size = await files.status(path).then(
      ({ size }) => size,
      () => 0,
    );
    const version = await readRegular(versionPath(path)).then(
      (bytes) => new TextDecoder().decode(bytes),
      () => undefined,
    );
    return new PartFile(path, size, version);
  }

  get size(): number {
    return this.#size;
  }

  /** What `If-Range` takes; `undefined` where the server named no version. */
  get version(): string | undefined {
    return this.#version;
  }

  /** Begins anew, with bytes of this version. */
  async restart(version: string | undefined): Promise<void> {
    await this.#disk(async () => {
      await (await this.#opened()).truncate();
      if (version === undefined) await files.remove(versionPath(this.path));
      else await files.write(versionPath(this.path), new TextEncoder().encode(version), { flush: false });
    });
    this.#size = 0;
    this.#version = version;
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#disk(async () => {
      const file = await this.#opened();
      try {
        await file.append(bytes);
      } finally {
        this.#size = file.size;
      }
    });
  }

  /** Flushes the bytes to disk and closes the file. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (!file) return;
    await this.#disk(() => file.close());
  }

  /** Removes what is known about the part, after the part itself was moved to its place. */
  async forget(): Promise<void> {
    await files.remove(versionPath(this.path));
  }

  async discard(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    this.#size = 0;
    this.#version = undefined;
    await files.remove(this.path);
    await this.forget();
  }

  async #opened(): Promise<GrowingFile> {
    this.#file ??= await files.openGrowing(this.path);
    return this.#file;
  }

  async #disk(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      const { message } = asError(thrown);
      throw new StriateError("io", `${this.path}: could not be written: ${message}`, { cause: thrown });
    }
  }
}

function versionPath(part: string): string {
  return `${part}.version`;
}
