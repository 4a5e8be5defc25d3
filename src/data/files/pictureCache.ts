import { createHash, join, mkdir, readFile, rename, stat, writeFile } from "#data-platform";

/** How much of the decoded pictures is kept, as they are before augmentation. */
export interface CacheOptions {
  /** In memory, default 0: none. What is full takes no more, so that the same pictures stay from epoch to epoch. */
  readonly memoryBytes?: number;
  /** A folder to keep them in between runs; default none. */
  readonly folder?: string;
  /** The most that is written there by this run, default 10 GiB. */
  readonly diskBytes?: number;
}

/** Decoded pictures of one size. */
export interface PictureCache {
  /**
   * The picture's bytes: kept ones, or those that `decode` makes.
   * @param key what they depend on beside the file's content
   */
  get(path: string, key: string, decode: () => Promise<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>>;
}

export function pictureCache({ memoryBytes = 0, folder, diskBytes = 10 * 2 ** 30 }: CacheOptions): PictureCache {
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  let memory = 0;
  let disk = 0;
  const fromDisk = async (path: string, key: string, decode: () => Promise<Uint8Array<ArrayBuffer>>) => {
    if (folder === undefined) return decode();
    const name = await diskName(folder, path, key);
    if (name === undefined) return decode();
    const stored = await readStored(name);
    if (stored) return stored;
    const bytes = await decode();
    if (disk + bytes.length <= diskBytes) {
      disk += bytes.length;
      await store(folder, name, bytes);
    }
    return bytes;
  };
  return {
    async get(path, key, decode) {
      const found = kept.get(path);
      if (found) return found;
      const bytes = await fromDisk(path, key, decode);
      if (memory + bytes.length <= memoryBytes && !kept.has(path)) {
        memory += bytes.length;
        kept.set(path, bytes);
      }
      return bytes;
    },
  };
}

/** By path, size and time of change, so that a changed file is decoded again. */
async function diskName(folder: string, path: string, key: string): Promise<string | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    const hash = createHash("sha256")
      .update(JSON.stringify([path, size, mtimeMs, key]))
      .digest("hex");
    return join(folder, `${hash.slice(0, 40)}.raw`);
  } catch {
    return undefined;
  }
}

/** Each file ends with the hash of its content: what is damaged is decoded again. */
async function readStored(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const file = new Uint8Array(await readFile(name));
    const bytes = file.slice(0, -32);
    const hash = createHash("sha256").update(bytes).digest();
    return hash.equals(file.subarray(-32)) ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** A cache that cannot be written to is no reason to stop. */
async function store(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const part = `${name}.${process.pid}.${Math.random().toString(36).slice(2)}.part`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(part, Buffer.concat([bytes, createHash("sha256").update(bytes).digest()]));
    await rename(part, name);
  } catch {
    // The picture was decoded all the same.
  }
}
