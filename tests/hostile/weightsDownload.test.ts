import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { StriateError } from "#striate/errors";
import { type Download, type DownloadOptions, download } from "#striate/zoo/weights/download";
import { fetchWeights } from "#striate/zoo/weights/fetchWeights";
import type { PublishedHash } from "#striate/zoo/weights/hash";
import { answerRange, breaker, deafAddress, firstByte, serve, serveSecurely } from "../support/servers.ts";

/** A weights file: 400,000 bytes that no two places share. */
const BYTES = Buffer.from(Uint32Array.from({ length: 100_000 }, (_, i) => Math.imul(i, 2654435761)).buffer);
const HALF = BYTES.length / 2;
const digest = (algorithm: string, bytes: Buffer = BYTES) => createHash(algorithm).update(bytes).digest("hex");
const MD5: PublishedHash = { algorithm: "md5", digits: digest("md5") };

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "striate-weights-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A file to fetch to a folder of its own; `hash: undefined` for one without. */
function fileAt(url: string, hash: PublishedHash | undefined = MD5): Download {
  return { url, path: join(folder(), "net", "weights.h5"), mostBytes: 1_000_000, ...(hash && { hash }) };
}

const withoutHash = ({ hash: _, ...file }: Download): Download => file;

const fetchFast = (file: Download, options: DownloadOptions = {}) =>
  download(file, { retries: 2, backoff: 1, ...options });

async function errorOf(work: Promise<unknown>): Promise<StriateError> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof StriateError)) throw new Error(`expected a StriateError, got ${thrown}`);
  return thrown;
}

/** The files beside the one that was fetched. */
const filesOf = ({ path }: Download) => readdirSync(join(path, ".."));

function expectWhole(file: Download): void {
  expect(readFileSync(file.path).equals(BYTES)).toBe(true);
  expect(filesOf(file)).toEqual(file.hash === MD5 ? ["weights.h5"] : ["weights.h5", "weights.h5.sha256"]);
}

/** Sends on to another address. */
const sendOn = (to: string) => (_request: IncomingMessage, response: ServerResponse) =>
  response.writeHead(302, { location: to }).end();

test("a redirect is followed, also from http to https, never from https to http or elsewhere", async () => {
  const whole = (request: IncomingMessage, response: ServerResponse) =>
    void response.end(answerRange(request, response, BYTES, '"1"'));
  const [open, secure] = [await serve(whole), await serveSecurely(whole)];
  for (const [from, to] of [
    [await serve(sendOn(open)), "http to http"],
    [await serve(sendOn(secure)), "http to https"],
    [await serveSecurely(sendOn(secure)), "https to https"],
  ] as const) {
    const file = fileAt(from);
    await fetchFast(file);
    expect(readFileSync(file.path).equals(BYTES), to).toBe(true);
  }
  for (const target of [open, "ftp://example.org/x", "file:///etc/passwd"]) {
    const file = withoutHash(fileAt(await serveSecurely(sendOn(target))));
    const { code, message } = await errorOf(fetchFast(file));
    expect([code, message]).toEqual(["network", expect.stringContaining(`to "${target}", which is not followed`)]);
    expect(existsSync(file.path)).toBe(false);
  }
  const { message } = await errorOf(
    fetchFast(fileAt(await serve((request, response) => sendOn(String(request.url))(request, response)))),
  );
  expect(message).toContain("sends on and on");
});

test("of a file without a whole published hash the first that comes is noted, and another one refused", async () => {
  for (const hash of [undefined, { algorithm: "sha256", digits: digest("sha256").slice(0, 8) }] as const) {
    let content = BYTES;
    const url = await serve((request, response) => response.end(answerRange(request, response, content, '"1"')));
    const path = join(folder(), "weights.h5");
    const file: Download = { url, path, mostBytes: 1_000_000, ...(hash && { hash }) };
    await fetchFast(file);
    expect(readFileSync(`${path}.sha256`, "utf8")).toBe(`${digest("sha256")}  weights.h5\n`);
    content = Buffer.from("another file");
    await fetchFast(file);
    expect(readFileSync(path).equals(BYTES)).toBe(true);
    rmSync(path);
    const { code, message } = await errorOf(fetchFast({ url, path, mostBytes: 1_000_000 }));
    expect(code).toBe("network");
    expect(message).toContain(`${digest("sha256")} was noted in ${path}.sha256`);
    expect(message).toContain("remove that note");
    expect(existsSync(path)).toBe(false);
    rmSync(`${path}.sha256`);
    await fetchFast({ url, path, mostBytes: 1_000_000 });
    expect(readFileSync(path, "utf8")).toBe("another file");
    // Who changes the file in its place gets the noted one again.
    writeFileSync(path, "changed");
    await fetchFast({ url, path, mostBytes: 1_000_000 });
    expect(readFileSync(path, "utf8")).toBe("another file");
  }
});

test("a file comes whole to its place, with the progress on the way, and is fetched once", async () => {
  let asked = 0;
  const file = fileAt(
    await serve((request, response) => {
      asked++;
      response.end(answerRange(request, response, BYTES, '"1"'));
    }),
  );
  const progress: [number, number | undefined][] = [];
  await fetchFast(file, { onProgress: (bytes, total) => progress.push([bytes, total]) });
  expectWhole(file);
  expect(progress[0]).toEqual([0, BYTES.length]);
  expect(progress.at(-1)).toEqual([BYTES.length, BYTES.length]);
  expect(progress.map(([bytes]) => bytes)).toEqual(progress.map(([bytes]) => bytes).toSorted((a, b) => a - b));
  await fetchFast(file);
  expect(asked).toBe(1);
});

test("a file in the cache that is not the published one is fetched again", async () => {
  const file = fileAt(await serve((request, response) => response.end(answerRange(request, response, BYTES, '"1"'))));
  await fetchFast(file);
  writeFileSync(file.path, BYTES.subarray(0, HALF));
  await fetchFast(file);
  expectWhole(file);
});

test("a connection that breaks off midway is gone on with, by a range of the same version", async () => {
  const { send, onProgress } = breaker();
  const asked: unknown[][] = [];
  const file = fileAt(
    await serve((request, response) => {
      asked.push([request.headers.range, request.headers["if-range"]]);
      const rest = answerRange(request, response, BYTES, '"1"');
      if (asked.length === 1) send(response, rest.subarray(0, HALF), 0);
      else response.end(rest);
    }),
  );
  await fetchFast(file, { onProgress });
  expectWhole(file);
  expect(asked).toEqual([
    [undefined, undefined],
    [`bytes=${HALF}-`, '"1"'],
  ]);
});

test("as long as each try brings something new, it goes on", async () => {
  const { send, onProgress } = breaker();
  let asked = 0;
  const file = fileAt(
    await serve((request, response) => {
      asked++;
      const rest = answerRange(request, response, BYTES, '"1"');
      if (rest.length > 50_000) send(response, rest.subarray(0, 50_000), firstByte(request));
      else response.end(rest);
    }),
  );
  await fetchFast(file, { retries: 0, onProgress });
  expectWhole(file);
  expect(asked).toBe(8);
});

test("a server that ignores ranges sends the file from its beginning again", async () => {
  const { send, onProgress } = breaker();
  const asked: number[] = [];
  const file = fileAt(
    await serve((request, response) => {
      asked.push(firstByte(request));
      response.writeHead(200, { "content-length": BYTES.length, etag: '"1"' });
      if (asked.length === 1) send(response, BYTES.subarray(0, HALF), 0);
      else response.end(BYTES);
    }),
  );
  await fetchFast(file, { onProgress });
  expectWhole(file);
  expect(asked).toEqual([0, HALF]);
});

test("a file that changed while it was fetched is not put together from two versions", async () => {
  const { send, onProgress } = breaker();
  const old = Buffer.from(BYTES).reverse();
  let asked = 0;
  const url = await serve((request, response) => {
    asked++;
    if (asked === 1) send(response, answerRange(request, response, old, '"old"').subarray(0, HALF), 0);
    else response.end(answerRange(request, response, BYTES, '"new"'));
  });
  const file = withoutHash(fileAt(url));
  await fetchFast(file, { onProgress });
  expectWhole(file);
});

test("a part of another version that the server cannot tell apart shows by the hash, and is fetched anew", async () => {
  const file = fileAt(
    await serve((request, response) => {
      const first = firstByte(request);
      if (first === 0) return void response.end(BYTES);
      response.writeHead(206, { "content-range": `bytes ${first}-${BYTES.length - 1}/${BYTES.length}` });
      response.end(BYTES.subarray(first));
    }),
  );
  await fetchFast(file);
  rmSync(file.path);
  writeFileSync(`${file.path}.part`, Buffer.alloc(HALF, 7));
  await fetchFast(file);
  expectWhole(file);
});

test("a length that is announced too long is found out by the hash", async () => {
  const { send, onProgress } = breaker();
  const url = await serve((_, response) => {
    response.writeHead(200, { "content-length": BYTES.length + 1000 });
    send(response, BYTES, 0);
  });
  const file = fileAt(url);
  await fetchFast(file, { onProgress });
  expectWhole(file);

  const unhashed = withoutHash(fileAt(url));
  const error = await errorOf(fetchFast(unhashed, { onProgress }));
  expect(error.message).toContain(`broke off after ${BYTES.length} of ${BYTES.length + 1000} bytes`);
  expect(existsSync(unhashed.path)).toBe(false);
});

test("a length that is announced too short gives bytes that are not kept", async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { "content-length": HALF });
    response.end(BYTES);
  });
  const file = fileAt(url);
  const error = await errorOf(fetchFast(file));
  const received = digest("md5", BYTES.subarray(0, HALF));
  expect(error.message).toContain(`what came, ${HALF} bytes, is not the published file: its md5 is ${received}`);
  expect(filesOf(file)).toEqual([]);
});

test("wrong bytes are not kept, and the message gives the address, both hashes and the place", async () => {
  const wrong = Buffer.from(BYTES).fill(0, 1000, 1001);
  const file = fileAt(await serve((request, response) => response.end(answerRange(request, response, wrong, '"1"'))));
  const error = await errorOf(fetchFast(file));
  expect(error.code).toBe("network");
  expect(error.message).toBe(
    [
      `${file.url} could not be fetched: what came, 400000 bytes, is not the published file: its md5 is ${digest("md5", wrong)}. It was not kept.`,
      "To do it by hand, fetch the file where you can and put it in its place:",
      `  address  ${file.url}`,
      `  hash     md5 ${MD5.digits}`,
      `  place    ${file.path}`,
    ].join("\n"),
  );
  expect(filesOf(file)).toEqual([]);
});

test("the beginning of a SHA-256 is enough, and is checked", async () => {
  const url = await serve((request, response) => response.end(answerRange(request, response, BYTES, '"1"')));
  const file = fileAt(url, { algorithm: "sha256", digits: digest("sha256").slice(0, 8) });
  await fetchFast(file);
  expectWhole(file);

  const other = fileAt(url, { algorithm: "sha256", digits: "f37072fd" });
  expect((await errorOf(fetchFast(other))).message).toContain("hash     sha256 that begins with f37072fd");
  expect(existsSync(other.path)).toBe(false);
});

test("what is not there is told at once", async () => {
  let asked = 0;
  const file = fileAt(
    await serve((_, response) => {
      asked++;
      response.writeHead(404).end("no such file");
    }),
  );
  const error = await errorOf(fetchFast(file));
  expect(error.message).toContain(
    `${file.url} could not be fetched: the server answers 404 Not Found.\nTo do it by hand`,
  );
  expect(asked).toBe(1);
  expect(filesOf(file)).toEqual([]);
});

test("a server that is busy is asked again", async () => {
  let asked = 0;
  const file = fileAt(
    await serve((request, response) => {
      asked++;
      if (asked < 3) response.writeHead(503).end();
      else response.end(answerRange(request, response, BYTES, '"1"'));
    }),
  );
  await fetchFast(file);
  expectWhole(file);
});

test("without a network the error gives the address, the hash and the place at once", async () => {
  const file = fileAt(await deafAddress());
  const error = await errorOf(download(file));
  expect(error.code).toBe("network");
  expect(error.message).toMatch(/could not be fetched: connect ECONNREFUSED/);
  expect(error.message).toContain(`  address  ${file.url}\n  hash     md5 ${MD5.digits}\n  place    ${file.path}`);
  const unhashed = await errorOf(download(withoutHash(file)));
  expect(unhashed.message).toContain("  hash     none is published");
});

test("a file that was put in its place by hand needs no network", async () => {
  const file = fileAt(await deafAddress());
  await errorOf(download(file));
  writeFileSync(file.path, BYTES);
  await download(file);
  writeFileSync(file.path, BYTES.subarray(1));
  expect((await errorOf(download(file))).code).toBe("network");
});

test("a file that is larger than it can be is refused, announced or not", async () => {
  const large = Buffer.alloc(1_000_001);
  const announced = fileAt(
    await serve((request, response) => response.end(answerRange(request, response, large, '"1"'))),
  );
  expect((await errorOf(fetchFast(announced))).message).toContain("no more than 1000000 bytes, but it has 1000001");
  const chunked = fileAt(
    await serve((_, response) => {
      response.writeHead(200);
      response.end(large);
    }),
  );
  expect((await errorOf(fetchFast(chunked))).message).toContain("no more than 1000000 bytes, but it sends more");
});

test("a connection that falls silent counts as broken", async () => {
  let asked = 0;
  const file = fileAt(
    await serve((request, response) => {
      asked++;
      const rest = answerRange(request, response, BYTES, '"1"');
      if (asked === 1) response.write(rest.subarray(0, HALF));
      else response.end(rest);
    }),
  );
  await fetchFast(file, { patience: 1000 });
  expectWhole(file);
  expect(asked).toBe(2);
});

test("stopped by a signal, the part stays, and the next call goes on from it", async () => {
  const asked: number[] = [];
  const file = fileAt(
    await serve((request, response) => {
      asked.push(firstByte(request));
      const rest = answerRange(request, response, BYTES, '"1"');
      if (asked.length === 1) response.write(rest.subarray(0, HALF));
      else response.end(rest);
    }),
  );
  const controller = new AbortController();
  const onProgress = (bytes: number) => bytes === HALF && controller.abort();
  const error = await errorOf(fetchFast(file, { signal: controller.signal, onProgress }));
  expect([error.code, error.message]).toEqual([
    "interrupted",
    `fetching ${file.url} was stopped; what came stays in ${file.path}.part, and the next try goes on there`,
  ]);
  expect(filesOf(file).toSorted()).toEqual(["weights.h5.part", "weights.h5.part.version"]);
  await fetchFast(file);
  expectWhole(file);
  expect(asked).toEqual([0, HALF]);
  expect((await errorOf(fetchFast(file, { signal: AbortSignal.abort() }))).code).toBe("interrupted");
});

/** Sends half of the file at once and the rest a little later. */
function slowly(asked: IncomingMessage[]) {
  return (request: IncomingMessage, response: ServerResponse) => {
    asked.push(request);
    const rest = answerRange(request, response, BYTES, '"1"');
    response.write(rest.subarray(0, HALF));
    setTimeout(() => response.end(rest.subarray(HALF)), 300);
  };
}

test("calls that want the same file at once fetch it once", async () => {
  const asked: IncomingMessage[] = [];
  const file = fileAt(await serve(slowly(asked)));
  await Promise.all([1, 2, 3].map(() => fetchFast(file)));
  expectWhole(file);
  expect(asked).toHaveLength(1);
});

/** A process of its own that fetches a file. */
function fetcher(file: Download) {
  const module = join(import.meta.dirname, "../../dist/zoo/weights/download.js");
  const script = join(file.path, "../../fetch.mjs");
  writeFileSync(
    script,
    `import { download } from ${JSON.stringify(module)};\nawait download(${JSON.stringify(file)});\n`,
  );
  return fork(script, { execArgv: [], stdio: "inherit" });
}

test("processes that want the same file at once fetch it once", async () => {
  const asked: IncomingMessage[] = [];
  const file = fileAt(await serve(slowly(asked)));
  const both = [fetcher(file), fetcher(file)];
  const codes = await Promise.all(both.map(async (child) => (await once(child, "exit"))[0]));
  expect(codes).toEqual([0, 0]);
  expectWhole(file);
  expect(asked).toHaveLength(1);
});

test("a process that is killed is succeeded", async () => {
  const asked: number[] = [];
  const file = fileAt(
    await serve((request, response) => {
      asked.push(firstByte(request));
      const rest = answerRange(request, response, BYTES, '"1"');
      if (asked.length === 1) response.write(rest.subarray(0, HALF));
      else response.end(rest);
    }),
  );
  const part = `${file.path}.part`;
  const killed = fetcher(file);
  while (!existsSync(part) || statSync(part).size < HALF) await new Promise((resolve) => setTimeout(resolve, 10));
  killed.kill("SIGKILL");
  await once(killed, "exit");
  expect(existsSync(`${file.path}.lock`)).toBe(true);
  await fetchFast(file);
  expectWhole(file);
  expect(asked).toEqual([0, HALF]);
});

test("fetchWeights puts the file under its own name into the cache, with the classifier or without", async () => {
  const url = await serve((request, response) => response.end(answerRange(request, response, BYTES, '"1"')));
  const cache = folder();
  const weights = {
    format: "h5",
    top: { url: url.replace("weights", "net"), hash: MD5 },
    noTop: { url: url.replace("weights", "net_notop") },
    classes: 1000,
    preprocessing: "caffe",
  } as const;
  expect(await fetchWeights(weights, { folder: cache })).toBe(join(cache, "net.h5"));
  expect(await fetchWeights(weights, { folder: cache, includeTop: false })).toBe(join(cache, "net_notop.h5"));
  expect(readdirSync(cache).toSorted()).toEqual(["net.h5", "net_notop.h5", "net_notop.h5.sha256"]);
  expect((await errorOf(fetchWeights("googlenet-bn"))).message).toMatch(
    /^there are no published weights of "googlenet-bn"/,
  );
});
