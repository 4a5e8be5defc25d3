import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

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
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20, ...(signal && { signal }) })) {
    hash.update(chunk);
  }
  return hash.digest("hex");
}

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
