import { platform } from "#platform";
import { StriateError } from "../../errors.ts";
import { readRegular } from "../../files/regularFile.ts";
import { hex } from "../../platform/index.ts";
import { mapLimited } from "./pool.ts";

const { files } = platform;
const { join } = platform.paths;

const HASH_BYTES = 32;

function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return platform.hash("sha256", bytes);
}

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
  const entries = await files.list(folder).catch(() => []);
  const sizes = await mapLimited(entries, 16, ({ name }) =>
    files.status(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** By path, size and time of change, so that a changed file is decoded again. */
async function diskName(folder: string, path: string, key: string): Promise<string | undefined> {
  try {
    const { size, mtimeMs } = await files.status(path);
    const hash = hex(await sha256(new TextEncoder().encode(JSON.stringify([path, size, mtimeMs, key]))));
    return join(folder, `${hash.slice(0, 40)}.raw`);
  } catch {
    return undefined;
  }
}

/** Each file ends with the hash of its content: what is damaged is decoded again. */
async function readStored(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const file = await readRegular(name);
    const bytes = file.slice(0, -HASH_BYTES);
    const hash = await sha256(bytes);
    return file.length >= HASH_BYTES && hash.every((byte, i) => byte === file[bytes.length + i]) ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** A cache that cannot be written to is no reason to stop. */
async function store(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  try {
    await files.makeFolder(folder);
    await files.write(name, [bytes, await sha256(bytes)], { flush: false });
  } catch {
    // The picture was decoded all the same.
  }
}
