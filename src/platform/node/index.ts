// What Node does: nothing in the rooms to the right names a module of Node, but for the command and the engines that are
// Node's. Bundlers for the browser take ../browser/index.ts in its place.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Platform } from "../platform.ts";
import { cacheFolder } from "./cacheFolder.ts";
import { files } from "./files.ts";
import { threads } from "./threads.ts";

export const platform: Platform = {
  name: "Node",
  files,
  paths: { basename, dirname, extname, join, resolve },
  assets: { path: fileURLToPath, read: (url) => readFile(url), readSync: (url) => readFileSync(url) },
  threads,
  cores: availableParallelism,
  async hash(algorithm, bytes) {
    const hash = createHash(algorithm);
    if (bytes instanceof Uint8Array) hash.update(bytes);
    else for await (const chunk of bytes) hash.update(chunk);
    return hash.digest();
  },
  gunzipSync: (bytes, most) => gunzipSync(bytes, { maxOutputLength: most, chunkSize: 2 ** 18 }),
  backgroundTimer(act, ms) {
    const timer = setTimeout(act, ms).unref();
    return () => clearTimeout(timer);
  },
  terminal: () => process.stderr,
  cacheFolder: () => cacheFolder(),
};
