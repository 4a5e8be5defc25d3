import { StriateError } from "../../../errors.ts";
import { BUNDLED_WEIGHTS, fetchWeights, hashNote, PUBLISHED_WEIGHTS, publishedFile } from "../../../zoo/index.ts";
import type { Call } from "../../command.ts";
import { DONE } from "../../terminal/output.ts";
import { type ProgressBar, progressBar, usage } from "../../terminal/progressBar.ts";
import type { WeightsFlags } from "./flags.ts";

/** `striate weights`: what is published, or the path of one net's file, fetched with a progress bar. */
export async function showWeights({ args, flags, output, signal }: Call<WeightsFlags>): Promise<number> {
  const [name] = args;
  const includeTop = flags.noIncludeTop !== true;
  if (name === undefined) {
    if (!includeTop) throw new StriateError("usage", "--no-include-top needs the name of a net");
    for (const [net, { path, preprocessing }] of Object.entries(BUNDLED_WEIGHTS)) {
      const line = `${net.padEnd(18)} safetensors  comes with Striate: ${path}`;
      output.result({ net, format: "safetensors", preprocessing, path }, line);
    }
    for (const [net, { format, preprocessing, top }] of Object.entries(PUBLISHED_WEIGHTS)) {
      const { url, hash } = top;
      output.result(
        { net, format, preprocessing, url, hash: hash ?? null },
        `${net.padEnd(18)} ${format.padEnd(11)}  ${url}`,
      );
    }
    return DONE;
  }
  const published = Object.hasOwn(BUNDLED_WEIGHTS, name) ? undefined : publishedFile(name, includeTop);
  const note = published && hashNote(published.hash);
  if (note !== undefined && !output.json) output.say(`${name}: ${note}`);
  const progress = published && !output.json ? fetchProgress(new URL(published.url).hostname) : undefined;
  try {
    const path = await fetchWeights(name, { includeTop, signal, ...(progress && { onProgress: progress.show }) });
    output.result({ net: name, path }, path);
    return DONE;
  } finally {
    progress?.clear();
  }
}

/** A bar on standard error, from the first bytes on. */
function fetchProgress(host: string) {
  let bar: ProgressBar | undefined;
  let begin = { bytes: 0, time: 0 };
  return {
    show: (bytes: number, total: number | undefined): void => {
      const now = performance.now();
      const gone = bar ? (now - begin.time) / 1000 : 0;
      const rate = gone > 0 ? (bytes - begin.bytes) / gone : 0;
      const left = total === undefined || rate <= 0 ? undefined : (total - bytes) / rate;
      const parts = ["MB", ...usage(gone, left), ...(rate > 0 ? [`${(rate / 1e6).toFixed(1)} MB/s`] : [])];
      if (!bar) {
        bar = progressBar(host, megabytes(total ?? 0), parts);
        begin = { bytes, time: now };
      }
      bar.update(megabytes(bytes), parts);
    },
    clear: (): void => bar?.close(),
  };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
