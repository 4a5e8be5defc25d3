import { StriateError } from "../../errors.ts";
import type { Files } from "../files.ts";

/** Of every operation: a promise that fails, or an error at once where the operation gives no promise. */
function noFiles(): never {
  throw new StriateError(
    "usage",
    "a browser has no folders and files by path; decode bytes with decodeImage, and make a data set with arrays or collect",
  );
}

async function noFilesLater(): Promise<never> {
  return noFiles();
}

/** A browser's private file system (OPFS) is not there yet. */
export const files: Files = {
  open: noFilesLater,
  openSync: noFiles,
  readSync: noFiles,
  write: noFilesLater,
  openGrowing: noFilesLater,
  list: noFilesLater,
  status: noFilesLater,
  makeFolder: noFilesLater,
  move: noFilesLater,
  remove: noFilesLater,
  realPath: noFilesLater,
  within: noFiles,
  lock: noFilesLater,
};
