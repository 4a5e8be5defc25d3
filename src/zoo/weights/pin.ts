import { platform } from "#platform";
import { readRegular } from "../../files/regularFile.ts";
import { hashOf, isWholeHash, type PublishedHash } from "./hash.ts";

/**
 * Where the authors of a file publish no whole hash of it, the first file that came is taken at its word, and its SHA-256
 * is noted beside it: another file under the same address, later or on another day's network, is then seen.
 */
export interface Pin {
  /** Where it is noted. */
  readonly path: string;
  readonly sha256: string;
}

/** Where the hash of a file is noted; `undefined` where the published one is enough. */
function pinPath(path: string, hash: PublishedHash | undefined): string | undefined {
  return hash && isWholeHash(hash) ? undefined : `${path}.sha256`;
}

/** What was noted at the first fetch. */
export async function pinned(path: string, hash: PublishedHash | undefined): Promise<Pin | undefined> {
  const place = pinPath(path, hash);
  if (place === undefined) return undefined;
  const text = await readText(place).catch(() => "");
  const sha256 = /^[0-9a-f]{64}/.exec(text)?.[0];
  return sha256 === undefined ? undefined : { path: place, sha256 };
}

/** Notes the hash of what came, in the form that `sha256sum --check` reads, unless there is a note. */
export async function pin(path: string, hash: PublishedHash | undefined, signal?: AbortSignal): Promise<void> {
  const place = pinPath(path, hash);
  if (place === undefined || (await pinned(path, hash))) return;
  const line = `${await hashOf(path, "sha256", signal)}  ${platform.paths.basename(path)}\n`;
  await platform.files.write(place, new TextEncoder().encode(line), { flush: false });
}

async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await readRegular(path));
}
