import { StriateError } from "../../../errors.ts";
import { BUNDLED_WEIGHTS, fetchWeights, hashNote, PUBLISHED_WEIGHTS, publishedFile } from "../../../zoo/index.ts";
import type { Context } from "../../context.ts";
import { DONE } from "../../exitCodes.ts";
import { type Progress, showProgress } from "../../terminal/progress.ts";
import type { WeightsFlags } from "./flags.ts";

/** `striate weights`: what is published, or the path of one net's file, fetched with a progress bar. */
export async function showWeights(context: Context<WeightsFlags>): Promise<number> {
  const { args, flags, output, signal } = context;
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
  const onProgress = published && fetchProgress(context, new URL(published.url).hostname);
  const path = await fetchWeights(name, { includeTop, signal, ...(onProgress && { onProgress }) });
  output.result({ net: name, path }, path);
  return DONE;
}

/** Shows how much has come, from the first bytes on. */
function fetchProgress(context: Context<WeightsFlags>, host: string) {
  let progress: Progress | undefined;
  return (bytes: number, total: number | undefined): void => {
    progress ??= showProgress(context, {
      title: host,
      ...(total !== undefined && { total: megabytes(total) }),
      pace: (perSecond) => `${perSecond.toFixed(1)} MB/s`,
    });
    progress.update(megabytes(bytes), { first: ["MB"] });
  };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
