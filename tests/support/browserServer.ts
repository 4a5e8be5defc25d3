// Serves the built files as a bundler gives them to a browser: entries of package.json's `imports` are resolved under the
// condition `browser`, in what is served, because import maps do not reach workers.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import ts from "typescript";

type Conditions = string | { readonly browser?: string; readonly default: string };
const { imports } = JSON.parse(readFileSync("package.json", "utf8")) as { imports: Record<string, Conditions> };

/** What is there beside the files of dist/ and tests/browser/. */
export interface Served {
  readonly task?: unknown;
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** Scripts that a bundler made, by their paths. */
  readonly bundle?: ReadonlyMap<string, string>;
  /** The page's module. */
  readonly page?: string;
}

/** A server, and what the page at its address posts. */
export interface BrowserServer {
  readonly url: string;
  readonly posted: Promise<unknown>;
  /** The specifiers of imports that a browser cannot follow, each with its file. */
  readonly strangers: readonly string[];
  close(): void;
}

export async function serveBrowser({
  task,
  files = new Map(),
  bundle = new Map(),
  page = "/tests/browser/page.ts",
}: Served): Promise<BrowserServer> {
  const strangers: string[] = [];
  let post: (value: unknown) => void = () => undefined;
  const posted = new Promise((resolve) => {
    post = resolve;
  });
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    if (request.method === "POST") post(JSON.parse(await textOf(request)));
    if (request.method === "POST") return send(response, "text/plain", "");
    if (path === "/") return send(response, "text/html", pageOf(page));
    if (path === "/task.json") return send(response, "application/json", JSON.stringify(task));
    const file = path.startsWith("/files/") ? files.get(path.slice("/files/".length)) : undefined;
    if (file) return send(response, "application/octet-stream", file);
    const script = bundle.get(path) ?? scriptAt(path, strangers);
    if (script !== undefined) return send(response, "text/javascript", script);
    response.writeHead(404).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    posted,
    strangers,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

// A file of the page that does not load, such as one that imports what a browser does not have, runs nothing of it.
const pageOf = (module: string) => `<!doctype html><meta charset="utf-8"><title>Striate</title><script type="module">
import("${module}").catch((thrown) =>
  fetch("/", { method: "POST", body: JSON.stringify({ failed: String(thrown) }) }));
</script>`;

function scriptAt(path: string, strangers: string[]): string | undefined {
  if (!/^\/(dist|tests\/browser)\/[\w/.-]+\.(js|ts)$/.test(path) || path.includes("..")) return undefined;
  const text = readFileSync(`.${path}`, "utf8");
  const script = path.endsWith(".ts") ? javascript(text) : text;
  return script.replace(
    /((?:\bfrom|\bimport|\bimport\()\s*)"([^"\n]+)"/g,
    (whole, before: string, specifier: string) => {
      if (/^\.?\.?\//.test(specifier)) return whole;
      const target = resolved(specifier);
      if (target === undefined) strangers.push(`${path}: ${specifier}`);
      return target === undefined ? whole : `${before}"${target}"`;
    },
  );
}

/** An entry of `imports`, for a browser. */
function resolved(specifier: string): string | undefined {
  const entry = imports[specifier] ?? imports["#striate/*"];
  if (!specifier.startsWith("#") || entry === undefined) return undefined;
  const target = typeof entry === "string" ? entry : (entry.browser ?? entry.default);
  return target.replace("./", "/").replace("*", specifier.slice("#striate/".length));
}

function javascript(text: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  return ts.transpileModule(text, { compilerOptions }).outputText;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, type: string, body: string | Uint8Array): void {
  response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(body);
}
