// For those who write JavaScript: what readers of files are given.
import { valueText } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { RandomAccess } from "./randomAccess.ts";

/** @throws StriateError `usage` unless a reader is given what it can read from, and how messages call it */
export function checkSource(where: string, source: RandomAccess, file: string): void {
  if (typeof source?.read !== "function" || typeof source.size !== "number") {
    const what = "what openFile, bytesAccess or blobAccess gives";
    throw new StriateError("usage", `${where} reads from ${what}, received ${valueText(source)}`);
  }
  checkFileName(where, file);
}

/** @throws StriateError `usage` unless a reader is given bytes, and how messages call them */
export function checkBytes(where: string, bytes: Uint8Array, file: string): void {
  if (!(bytes instanceof Uint8Array)) {
    throw new StriateError("usage", `${where} takes the bytes of a file as a Uint8Array, received ${valueText(bytes)}`);
  }
  checkFileName(where, file);
}

function checkFileName(where: string, file: string): void {
  if (typeof file === "string") return;
  throw new StriateError("usage", `${where} takes what messages call the file as a text, received ${valueText(file)}`);
}
