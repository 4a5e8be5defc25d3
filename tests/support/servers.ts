// Servers on this machine that serve one file well or badly.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, createServer as createSocketServer, type Server } from "node:net";
import { onTestFinished, vi } from "vitest";

/** Serves until the test ends. @returns the address */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  onTestFinished(() => server.closeAllConnections());
  return listen(server);
}

/** The same by https, with a certificate that nobody has signed, which is taken as long as the test lasts. */
export async function serveSecurely(listener: RequestListener): Promise<string> {
  const pem = (name: string) => readFileSync(new URL(`../goldens/tls/${name}.pem`, import.meta.url));
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  onTestFinished(() => void vi.unstubAllEnvs());
  const server = createSecureServer({ key: pem("key"), cert: pem("certificate") }, listener);
  onTestFinished(() => server.closeAllConnections());
  return (await listen(server)).replace("http:", "https:");
}

/** Breaks connections once the client has what was sent on them: earlier, it would lose what it had not read yet. */
export function breaker(): {
  /** Sends bytes of a file from place `first` on; the connection breaks after them. */
  send(response: ServerResponse, bytes: Buffer, first: number): void;
  /** Is to be told what the client has. */
  readonly onProgress: (bytes: number) => void;
} {
  let pending: { readonly response: ServerResponse; readonly end: number } | undefined;
  return {
    send: (response, bytes, first) => {
      pending = { response, end: first + bytes.length };
      response.write(bytes);
    },
    onProgress: (bytes) => {
      if (bytes === pending?.end) pending.response.destroy();
    },
  };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.h5`;
}

/** An address at which nobody listens. */
export async function deafAddress(): Promise<string> {
  const server = createSocketServer();
  const address = await listen(server);
  server.close();
  await once(server, "close");
  return address;
}

/** The first byte that a request asks for. */
export function firstByte(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
}

/** Answers as a server should that knows ranges. @returns the bytes that it promised */
export function answerRange(request: IncomingMessage, response: ServerResponse, bytes: Buffer, etag: string): Buffer {
  const asked = firstByte(request);
  const ifRange = request.headers["if-range"];
  const first = ifRange === undefined || ifRange === etag ? asked : 0;
  if (first >= bytes.length) {
    response.writeHead(416, { "content-range": `bytes */${bytes.length}` });
    return Buffer.alloc(0);
  }
  const rest = bytes.subarray(first);
  response.writeHead(first > 0 ? 206 : 200, {
    "content-length": rest.length,
    etag,
    ...(first > 0 && { "content-range": `bytes ${first}-${bytes.length - 1}/${bytes.length}` }),
  });
  return rest;
}
