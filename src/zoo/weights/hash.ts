import { platform } from "#platform";
import { hex, type ReadableFile } from "../../platform/index.ts";

/** A file's hash as its authors publish it. */
export interface PublishedHash {
  readonly algorithm: "md5" | "sha256";
  /** In lower case: the whole hash, or its first digits where no more is published. */
  readonly digits: string;
}

/** The hash of a file's bytes. @throws the file system's own error, also where there is no file */
export async function hashOf(
  path: string,
  algorithm: PublishedHash["algorithm"],
  signal?: AbortSignal,
): Promise<string> {
  const file = await platform.files.open(path);
  try {
    return hex(await platform.hash(algorithm, chunksOf(file, signal)));
  } finally {
    await file.close();
  }
}

async function* chunksOf(file: ReadableFile, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.size; at += CHUNK_BYTES) {
    signal?.throwIfAborted();
    yield await file.read(at, Math.min(CHUNK_BYTES, file.size - at));
  }
}

const CHUNK_BYTES = 2 ** 20;

const DIGITS = { md5: 32, sha256: 64 };

/** Whether all of it is published, so that a file that has it is the file. */
export function isWholeHash({ algorithm, digits }: PublishedHash): boolean {
  return digits.length === DIGITS[algorithm];
}

/** `md5 6437...`, or `sha256 that begins with f37072fd`, of which only the beginning is published. */
export function hashText(hash: PublishedHash): string {
  const { algorithm, digits } = hash;
  return `${algorithm} ${isWholeHash(hash) ? "" : "that begins with "}${digits}`;
}

/** What a user is to know of a file whose authors publish no hash of it, or only its beginning; else nothing. */
export function hashNote(hash: PublishedHash | undefined): string | undefined {
  if (hash && isWholeHash(hash)) return undefined;
  const known = hash ? `only the first ${hash.digits.length} digits of its ${hash.algorithm}` : "no hash of it";
  return `its authors publish ${known}: the first file that comes is trusted, and any other one refused after it`;
}
