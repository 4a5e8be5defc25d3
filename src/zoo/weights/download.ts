import { platform } from "#platform";
import { asError, StriateError } from "../../errors.ts";
import { lock } from "../../files/lock.ts";
import { wait } from "../../platform/index.ts";
import { hashOf, hashText, type PublishedHash } from "./hash.ts";
import { PartFile } from "./partFile.ts";
import { pin, pinned } from "./pin.ts";
import { Interruption, transfer } from "./transfer.ts";

/** A file that somebody publishes, and where it belongs here. */
export interface Download {
  readonly url: string;
  /** The file to be; its folder is created. */
  readonly path: string;
  /**
   * Left out where its authors publish none. Of no hash, and of the first digits of one, the SHA-256 of what came first is
   * noted in `PATH.sha256`, and another file is refused from then on.
   */
  readonly hash?: PublishedHash;
  /** More bytes than this are not taken. */
  readonly mostBytes: number;
}

/** How files are downloaded. */
export interface DownloadOptions {
  /** Says stop; what came until then stays, and the next call goes on from there. */
  readonly signal?: AbortSignal;
  /** How many bytes are there, of how many; `undefined` where the server does not say. */
  readonly onProgress?: (bytes: number, total: number | undefined) => void;
  /** How many tries in a row may bring nothing new before it gives up. Default 4. */
  readonly retries?: number;
  /** Milliseconds before the first such try; each next one waits twice as long. Default 1000. */
  readonly backoff?: number;
  /** Milliseconds without a byte after which a connection counts as broken. Default 30,000. */
  readonly patience?: number;
}

/**
 * Brings a published file to its place, unless it is there and right. It grows beside its place, in `PATH.part`, is
 * checked against the published hash, and moved when it is whole, so that who finds the file finds all of it. A part
 * that a broken connection, a stopped process or an earlier call left is gone on with. Processes that want the same
 * file at once fetch it once: one works, the others wait.
 *
 * An address of https leads to no other protocol.
 *
 * @throws StriateError `network` with the address, the hash and the place, for doing it by hand; `interrupted` when the
 * signal said stop; `io` when the disk refuses
 */
export async function download(file: Download, options: DownloadOptions = {}): Promise<void> {
  const { signal } = options;
  try {
    signal?.throwIfAborted();
    if (await isRight(file, signal)) {
      // A file that was put there by hand counts as the first; a cache that cannot be written to is a cache all the same.
      await pin(file.path, file.hash, signal).catch(() => undefined);
      return;
    }
    await platform.files.makeFolder(platform.paths.dirname(file.path));
    const release = await lock(`${file.path}.lock`, signal);
    try {
      if (!(await isRight(file, signal))) await bring(file, options);
      await pin(file.path, file.hash, signal);
    } finally {
      await release();
    }
  } catch (thrown) {
    if (signal?.aborted) throw stopped(file, thrown);
    if (thrown instanceof StriateError && thrown.code !== "network") throw thrown;
    if (thrown instanceof StriateError || thrown instanceof Interruption) throw failure(file, thrown);
    const { message } = asError(thrown);
    throw new StriateError("io", `${file.path}: could not be written: ${message}`, { cause: thrown });
  }
}

/** Whether the whole file is in its place already. */
async function isRight({ path, hash }: Download, signal: AbortSignal | undefined): Promise<boolean> {
  const there = await platform.files.status(path).then(
    ({ kind }) => kind === "file",
    () => false,
  );
  if (!there) return false;
  if (hash && !(await hashOf(path, hash.algorithm, signal)).startsWith(hash.digits)) return false;
  const noted = await pinned(path, hash);
  return noted === undefined || (await hashOf(path, "sha256", signal)) === noted.sha256;
}

async function bring(file: Download, options: DownloadOptions): Promise<void> {
  const part = await PartFile.find(`${file.path}.part`);
  try {
    // Nothing would tell that such a beginning belongs to another version of the file.
    if (part.version === undefined && !file.hash) await part.discard();
    let continued = part.size > 0;
    for (;;) {
      await fetchWhole(file, part, options);
      await part.close();
      const received = file.hash && (await hashOf(part.path, file.hash.algorithm, options.signal));
      if (!file.hash || received?.startsWith(file.hash.digits)) break;
      const message = `what came, ${part.size} bytes, is not the published file: its ${file.hash.algorithm} is ${received}`;
      await part.discard();
      // The beginning may be an earlier call's, of another version; what came in one go is what the server has.
      if (!continued) throw new StriateError("network", `${message}. It was not kept`);
      continued = false;
    }
    await checkPin(file, part, options.signal);
    await platform.files.move(part.path, file.path);
    await part.forget();
  } finally {
    await part.close();
  }
}

/** @throws StriateError `network` where what came is another file than the one that came first */
async function checkPin(file: Download, part: PartFile, signal: AbortSignal | undefined): Promise<void> {
  const noted = await pinned(file.path, file.hash);
  if (!noted) return;
  const received = await hashOf(part.path, "sha256", signal);
  if (received === noted.sha256) return;
  await part.discard();
  throw new StriateError(
    "network",
    `what came is another file than at the first fetch: its sha256 is ${received}, and ${noted.sha256} was noted in ` +
      `${noted.path}. It was not kept. If its authors have published anew, and you trust the network, remove that note and ` +
      "fetch again",
  );
}

/** Tries until the server has sent the whole file, as it says, or until further tries bring nothing new. */
async function fetchWhole(file: Download, part: PartFile, options: DownloadOptions): Promise<void> {
  const { signal, onProgress, retries = 4, backoff = 1000, patience = 30_000 } = options;
  let most = part.size;
  let inVain = 0;
  let reached = false;
  for (;;) {
    try {
      return await transfer(file.url, part, { signal, patience, mostBytes: file.mostBytes, onProgress });
    } catch (thrown) {
      if (!(thrown instanceof Interruption)) throw thrown;
      reached ||= !thrown.unreachable;
      inVain = part.size > most ? 0 : inVain + 1;
      most = Math.max(most, part.size);
      // Who has no network need not wait to be told so.
      if (!reached || inVain > retries) {
        if (await isWholeAllTheSame(file, part)) return;
        throw thrown;
      }
    }
    await wait(Math.min(backoff * 2 ** Math.max(0, inVain - 1), 30_000), signal);
  }
}

/** A server may announce more bytes than the file has; the hash knows better. */
async function isWholeAllTheSame({ hash }: Download, part: PartFile): Promise<boolean> {
  if (!hash || part.size === 0) return false;
  return (await hashOf(part.path, hash.algorithm)).startsWith(hash.digits);
}

function failure(file: Download, thrown: Error): StriateError {
  const lines = [
    `${file.url} could not be fetched: ${thrown.message}.`,
    "To do it by hand, fetch the file where you can and put it in its place:",
    `  address  ${file.url}`,
    `  hash     ${file.hash ? hashText(file.hash) : "none is published"}`,
    `  place    ${file.path}`,
  ];
  return new StriateError("network", lines.join("\n"), { cause: thrown });
}

function stopped(file: Download, cause: unknown): StriateError {
  const message = `fetching ${file.url} was stopped; what came stays in ${file.path}.part, and the next try goes on there`;
  return new StriateError("interrupted", message, { cause });
}
