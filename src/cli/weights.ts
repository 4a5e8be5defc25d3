import { StriateError } from "../errors.ts";
import { fetchWeights, hashNote, PUBLISHED_WEIGHTS, publishedFile } from "../zoo/index.ts";
import type { Call } from "./command.ts";
import type { WeightsFlags } from "./commands/weights.ts";
import { DONE } from "./output.ts";
import { type ProgressBar, progressBar } from "./progressBar.ts";
import { durationText } from "./words.ts";

/** `striate weights`: what is published, or the path of one net's file, fetched with a progress bar. */
export async function showWeights({ args, flags, output, signal }: Call<WeightsFlags>): Promise<number> {
  const [name] = args;
  const includeTop = flags.noIncludeTop !== true;
  if (name === undefined) {
    if (!includeTop) throw new StriateError("usage", "--no-include-top needs the name of a net");
    for (const [net, { format, preprocessing, top }] of Object.entries(PUBLISHED_WEIGHTS)) {
      const { url, hash } = top;
      output.result(
        { net, format, preprocessing, url, hash: hash ?? null },
        `${net.padEnd(14)} ${format.padEnd(4)} ${url}`,
      );
    }
    return DONE;
  }
  const { url, hash } = publishedFile(name, includeTop);
  const note = hashNote(hash);
  if (note !== undefined && !output.json) output.say(`${name}: ${note}`);
  const progress = output.json ? undefined : fetchProgress(new URL(url).hostname);
  try {
    const path = await fetchWeights(name, { includeTop, signal, ...(progress && { onProgress: progress.show }) });
    output.result({ net: name, path }, path);
    return DONE;
  } finally {
    progress?.clear();
  }
}

const FORMAT = "{host} {bar} {done} of {all} MB  {rate} MB/s  {left} left";

/** A bar on standard error, from the first bytes on. */
function fetchProgress(host: string) {
  let bar: ProgressBar | undefined;
  let begin = { bytes: 0, time: 0 };
  return {
    show: (bytes: number, total: number | undefined): void => {
      const now = performance.now();
      const rate = (bytes - begin.bytes) / Math.max(now - begin.time, 1) / 1000;
      const left = total === undefined || rate <= 0 ? "-" : durationText((total - bytes) / 1e6 / rate);
      const values = { host, done: megabytes(bytes), all: megabytes(total), rate: bar ? rate.toFixed(1) : "-", left };
      if (!bar) {
        bar = progressBar(FORMAT, total ?? 0, values);
        begin = { bytes, time: now };
      }
      bar.update(bytes, values);
    },
    clear: (): void => bar?.close(),
  };
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? "?" : (bytes / 1e6).toFixed(1);
}
