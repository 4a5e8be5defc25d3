// What browsers do, in the place of ../node/index.ts: bundlers take this file under the condition `browser`.
import { StriateError } from "../../errors.ts";
import type { Platform } from "../platform.ts";
import { files } from "./files.ts";
import { scope } from "./globals.ts";
import { paths } from "./paths.ts";
import { threads } from "./threads.ts";

export const platform: Platform = {
  name: "browser",
  files,
  paths,
  assets: {
    path: (url) => url.href,
    async read(url) {
      const response = await fetch(url).catch((cause: unknown) => {
        throw new StriateError("network", `${url} could not be fetched; check the network`, { cause });
      });
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      const what = `the server answers ${[response.status, response.statusText].join(" ").trim()}`;
      throw new StriateError("network", `${url} could not be fetched: ${what}. It comes with Striate: copy it there`);
    },
    readSync(url) {
      throw new StriateError("usage", `${url} can be fetched, which takes a promise: take pretrained in a browser`);
    },
  },
  threads,
  cores: () => scope.navigator?.hardwareConcurrency ?? 1,
  async hash(algorithm, bytes) {
    if (algorithm !== "sha256") throw new StriateError("usage", `a browser has no ${algorithm}; take sha256`);
    const whole = bytes instanceof Uint8Array ? new Uint8Array(bytes) : await joined(bytes);
    return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
  },
  gunzipSync() {
    throw new StriateError("usage", "a browser unpacks gzip by DecompressionStream; give the unpacked bytes");
  },
  backgroundTimer(act, ms) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  terminal: () => undefined,
  cacheFolder() {
    throw new StriateError("usage", "a browser has no folder for what is fetched: fetch the file, and give its bytes");
  },
};

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of chunks) parts.push(new Uint8Array(chunk));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
