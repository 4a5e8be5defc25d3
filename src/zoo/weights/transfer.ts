import { quoted } from "../../checks/index.ts";
import { asError, StriateError } from "../../errors.ts";
import type { PartFile } from "./partFile.ts";

/** A connection that failed in a way that another try may mend. */
export class Interruption extends Error {
  /** True where not even a connection came about: no network, no such host, nobody who listens. */
  readonly unreachable: boolean;

  constructor(message: string, { unreachable = false, cause }: { unreachable?: boolean; cause?: unknown } = {}) {
    super(message, { cause });
    this.unreachable = unreachable;
  }
}

export interface TransferOptions {
  readonly signal: AbortSignal | undefined;
  /** Milliseconds without a byte after which the connection counts as broken. */
  readonly patience: number;
  /** More bytes than this are not taken. */
  readonly mostBytes: number;
  readonly onProgress: ((bytes: number, total: number | undefined) => void) | undefined;
}

/**
 * One try to fetch the rest of a file: asks for the bytes after those that are there (RFC 9110, section 14), appends
 * what comes, and begins anew where the server does not go on or has another version now.
 * @throws Interruption when the rest did not come whole; what came is in `part`
 * @throws StriateError `network` for an answer that another try would not change; `io` when the disk refuses
 */
export async function transfer(url: string, part: PartFile, options: TransferOptions): Promise<void> {
  const { signal, patience, mostBytes, onProgress } = options;
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  const silence = setTimeout(() => stop.abort(new Interruption(`no byte came in ${patience / 1000} s`)), patience);
  try {
    signal?.throwIfAborted();
    const response = await ask(url, part, stop.signal);
    const total = await begin(url, response, part, mostBytes);
    if (total === part.size || !response.body) return;
    onProgress?.(part.size, total);
    for await (const chunk of chunks(response.body, part, total)) {
      silence.refresh();
      if (part.size + chunk.length > mostBytes) throw tooLarge(url, mostBytes, "it sends more");
      await part.append(chunk);
      onProgress?.(part.size, total);
    }
    if (total !== undefined && part.size !== total) throw new Interruption(brokenOff(part.size, total));
  } catch (thrown) {
    throw stop.signal.aborted ? stop.signal.reason : thrown;
  } finally {
    clearTimeout(silence);
    signal?.removeEventListener("abort", onAbort);
    stop.abort();
  }
}

async function ask(url: string, part: PartFile, signal: AbortSignal): Promise<Response> {
  const headers = new Headers({ "accept-encoding": "identity" });
  if (part.size > 0) {
    headers.set("range", `bytes=${part.size}-`);
    if (part.version !== undefined) headers.set("if-range", part.version);
  }
  let place = url;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const response = await fetchOnce(place, headers, signal);
    const target = REDIRECTS.includes(response.status) ? response.headers.get("location") : null;
    if (target === null) return response;
    await response.body?.cancel();
    place = redirected(place, target);
  }
  throw new StriateError("network", `the server sends on and on, ${MOST_REDIRECTS} times`);
}

const REDIRECTS = [301, 302, 303, 307, 308];
const MOST_REDIRECTS = 10;

/** Redirects are followed here and not by `fetch`, which would follow one from https to http. */
async function fetchOnce(url: string, headers: Headers, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers, signal, redirect: "manual" });
  } catch (thrown) {
    const { cause } = asError(thrown);
    throw new Interruption(causeText(cause ?? thrown), { unreachable: true, cause: thrown });
  }
}

/** @throws StriateError `network` where the way leaves https, so that anybody on it could send something else */
function redirected(from: string, location: string): string {
  const target = URL.canParse(location, from) ? new URL(location, from) : undefined;
  const isSafe = target?.protocol === "https:" || (target?.protocol === "http:" && new URL(from).protocol === "http:");
  if (target && isSafe) return target.href;
  const { host, protocol } = new URL(from);
  throw new StriateError(
    "network",
    `${host} sends on from ${protocol} to ${quoted(location)}, which is not followed: nothing would show who answers there`,
  );
}

/** Reads the answer's head and makes `part` fit it. @returns the bytes of the whole file, where the server says it */
async function begin(url: string, response: Response, part: PartFile, mostBytes: number): Promise<number | undefined> {
  const { status, statusText, headers } = response;
  const [, first, ofRange] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers.get("content-range") ?? "") ?? [];
  const total = status === 200 ? lengthOf(headers) : numberOf(ofRange);
  if (total !== undefined && total > mostBytes) throw tooLarge(url, mostBytes, `it has ${total}`);
  if (status === 200) {
    await part.restart(versionOf(headers));
    return total;
  }
  if (status === 206 && numberOf(first) === part.size) return total;
  if (status === 416 && total === part.size) return total;
  if (status === 206 || status === 416) {
    await part.restart(undefined);
    throw new Interruption("the server answered with other bytes than were asked for");
  }
  const answer = `the server answers ${[status, statusText].join(" ").trim()}`;
  if (status >= 500 || [408, 425, 429].includes(status)) throw new Interruption(answer);
  throw new StriateError("network", answer);
}

async function* chunks(body: NonNullable<Response["body"]>, part: PartFile, total: number | undefined) {
  const reader = body.getReader();
  for (;;) {
    const { value, done } = await reader.read().catch((thrown: unknown) => {
      throw new Interruption(brokenOff(part.size, total), { cause: thrown });
    });
    if (done) return;
    yield value;
  }
}

/** A body that comes packed has another length than the header says. */
function lengthOf(headers: Headers): number | undefined {
  return isPacked(headers) ? undefined : numberOf(headers.get("content-length") ?? undefined);
}

/** What `If-Range` may be asked with later: a strong ETag, else the time of the last change. */
function versionOf(headers: Headers): string | undefined {
  if (isPacked(headers)) return undefined;
  const etag = headers.get("etag");
  return (etag?.startsWith('"') ? etag : headers.get("last-modified")) ?? undefined;
}

function isPacked(headers: Headers): boolean {
  return !["identity", null].includes(headers.get("content-encoding"));
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function brokenOff(size: number, total: number | undefined): string {
  return `the connection broke off after ${size} of ${total ?? "an unknown number of"} bytes`;
}

function tooLarge(url: string, mostBytes: number, what: string): StriateError {
  return new StriateError("network", `${url} should have no more than ${mostBytes} bytes, but ${what}`);
}

/** `getaddrinfo ENOTFOUND example.org`; where several addresses were tried, what the first one said. */
function causeText(cause: unknown): string {
  if (cause instanceof AggregateError) return causeText(cause.errors[0]);
  return asError(cause).message;
}
