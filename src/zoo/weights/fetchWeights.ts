import { platform } from "#platform";
import { checkOptions, type OptionNames } from "../../checks/index.ts";
import { BUNDLED_WEIGHTS } from "./bundled.ts";
import { type DownloadOptions, download } from "./download.ts";
import { fileOf, type PublishedWeights, publishedWeights } from "./table.ts";

/** The largest file of the table has 575 MB. */
const MOST_BYTES = 2 ** 30;

/** The options of `fetchWeights`. */
export interface FetchWeightsOptions extends DownloadOptions {
  /** Whether the file has to hold the classifier. Default true. */
  readonly includeTop?: boolean;
  /** Where the file is kept. Default: the folder `weights` in the user's cache folder, or in STRIATE_CACHE. */
  readonly folder?: string;
}

const FETCH: OptionNames<FetchWeightsOptions> = {
  includeTop: true,
  folder: true,
  signal: true,
  onProgress: true,
  retries: true,
  backoff: true,
  patience: true,
};

/**
 * The file with the ImageNet weights of a net of the zoo: the one that comes with Striate, or the published one, fetched
 * when it is not in the cache yet.
 * @param name a net's name, or an entry like those of `PUBLISHED_WEIGHTS`
 * @returns the path of the file; `PUBLISHED_WEIGHTS[name].format` says what it is
 * @throws StriateError `usage` for a net without published weights, and what `download` throws
 */
export async function fetchWeights(
  name: string | PublishedWeights,
  options: FetchWeightsOptions = {},
): Promise<string> {
  checkOptions("fetchWeights", options, FETCH);
  const bundled = typeof name === "string" && Object.hasOwn(BUNDLED_WEIGHTS, name) ? BUNDLED_WEIGHTS[name] : undefined;
  if (bundled) return bundled.path;
  const { includeTop = true, folder = platform.paths.join(platform.cacheFolder(), "weights"), ...how } = options;
  const weights = typeof name === "string" ? publishedWeights(name) : name;
  const file = fileOf(weights, includeTop);
  const path = platform.paths.join(folder, new URL(file.url).pathname.split("/").at(-1) ?? "");
  await download({ ...file, path, mostBytes: MOST_BYTES }, how);
  return path;
}
