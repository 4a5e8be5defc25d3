import { createHash, join, mkdir, readdir, readFile, rename, stat, writeFile } from "#data-platform";
import { StriateError } from "../../errors.ts";
import { mapLimited } from "./pool.ts";

const HASH_BYTES = 32;

/** How much of the decoded pictures is kept, as they are before augmentation. */
export interface CacheOptions {
  /** In memory, default 0: none. What is full takes no more, so that the same pictures stay from epoch to epoch. */
  readonly memoryBytes?: number;
  /** A folder to keep them in between runs; default none. */
  readonly folder?: string;
  /** The most that the folder may hold, what runs before have left in it too; default 10 GiB. */
  readonly diskBytes?: number;
}

/** The part of one of several workers. */
export interface CacheShare extends CacheOptions {
  /** Of what the folder may still take, default 1. */
  readonly diskShare?: number;
}

/** Decoded pictures of one size. */
export interface PictureCache {
  /**
   * The picture's bytes: kept ones, or those that `decode` makes.
   * @param key what they depend on beside the file's content
   */
  get(path: string, key: string, decode: () => Promise<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>>;
}

/** @throws StriateError `usage` for budgets that are none */
export function pictureCache(options: CacheShare): PictureCache {
  const { memoryBytes = 0, folder, diskBytes = 10 * 2 ** 30, diskShare = 1 } = options;
  checkBudgets({ memoryBytes, diskBytes });
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  let memory = 0;
  /** Bytes that may still be written, known when the folder has been counted. */
  let room = 0;
  let counted: Promise<void> | undefined;
  const fromDisk = async (path: string, key: string, decode: () => Promise<Uint8Array<ArrayBuffer>>) => {
    if (folder === undefined) return decode();
    const name = await diskName(folder, path, key);
    if (name === undefined) return decode();
    const stored = await readStored(name);
    if (stored) return stored;
    const bytes = await decode();
    counted ??= heldBytes(folder).then((held) => {
      room = (diskBytes - held) * diskShare;
    });
    await counted;
    const size = bytes.length + HASH_BYTES;
    if (size <= room) {
      room -= size;
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

export function checkBudgets({ memoryBytes = 0, diskBytes = 0 }: CacheOptions): void {
  for (const [name, value] of Object.entries({ memoryBytes, diskBytes })) {
    if (value >= 0) continue;
    throw new StriateError("usage", `cache: ${name} is a number of bytes from 0 on; got ${value}`);
  }
}

/** What the files in a folder take; what is not there, or not any more, takes nothing. */
async function heldBytes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await mapLimited(names, 16, (name) =>
    stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
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
    const bytes = file.slice(0, -HASH_BYTES);
    const hash = createHash("sha256").update(bytes).digest();
    return hash.equals(file.subarray(-HASH_BYTES)) ? bytes : undefined;
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
