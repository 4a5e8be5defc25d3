// Bundlers for the browser take this file in the place of platformNode.ts: data sets in memory, augmentation and the
// loader work, and what needs files by path says that there are none.
import { StriateError } from "../errors.ts";

type Node = typeof import("./platformNode.ts");

function noFiles(): never {
  throw new StriateError(
    "usage",
    "a browser has no folders and files by path; decode bytes with decodeImage, and make a data set with arrays or collect",
  );
}

function noGunzip(): never {
  throw new StriateError("usage", "a browser unpacks gzip by DecompressionStream; give the unpacked bytes");
}

function noWorkers(): never {
  throw new StriateError("usage", "a browser's loader reads in the thread that calls it; leave workers out, or take 0");
}

export const mkdir: Node["mkdir"] = noFiles;
export const openRegular: Node["openRegular"] = noFiles;
export const readRegular: Node["readRegular"] = noFiles;
export const readdir: Node["readdir"] = noFiles;
export const readFile: Node["readFile"] = noFiles;
export const realpath: Node["realpath"] = noFiles;
export const rename: Node["rename"] = noFiles;
export const stat: Node["stat"] = noFiles;
export const writeFile: Node["writeFile"] = noFiles;
export const createHash: Node["createHash"] = noFiles;
export const basename: Node["basename"] = noFiles;
export const dirname: Node["dirname"] = noFiles;
export const join: Node["join"] = noFiles;
export const resolve: Node["resolve"] = noFiles;
export const fileURLToPath: Node["fileURLToPath"] = noFiles;
export const gunzipSync: Node["gunzipSync"] = noGunzip;

/** The loader's workers are Node's, so that here it reads in the thread that calls it. */
export const availableParallelism: Node["availableParallelism"] = () => 0;
export const startLoaderWorker: Node["startLoaderWorker"] = noWorkers;
