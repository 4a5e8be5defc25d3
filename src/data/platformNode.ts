// What the data room uses of Node: nothing else in it imports Node, but for the loader's worker. Bundlers for the browser
// take platformBrowser.ts in its place.
import { Worker } from "node:worker_threads";

export { createHash } from "node:crypto";
export { mkdir, readdir, readFile, realpath, rename, stat, writeFile } from "node:fs/promises";
export { availableParallelism } from "node:os";
export { basename, dirname, join, resolve } from "node:path";
export { fileURLToPath } from "node:url";
export { gunzipSync } from "node:zlib";
export { openRegular, readRegular } from "../files/regularFile.ts";

/** A worker of the loader. It is started here, because bundlers follow `new Worker(new URL(...))` wherever they see it. */
export function startLoaderWorker(workerData: object): Worker {
  return new Worker(new URL("./loader/worker.js", import.meta.url), { workerData });
}
