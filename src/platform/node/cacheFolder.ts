import { homedir } from "node:os";
import { posix, win32 } from "node:path";

/** What the place of the cache depends on; the defaults are this process's own. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/**
 * The folder in which Striate keeps what it fetched: the environment variable STRIATE_CACHE where it is set, else where
 * the system wants caches: `$XDG_CACHE_HOME/striate` or `~/.cache/striate`, on macOS `~/Library/Caches/striate`, on
 * Windows `%LOCALAPPDATA%\striate\Cache`. Nothing is created.
 */
export function cacheFolder({ env, platform, home }: Surroundings = here()): string {
  if (env.STRIATE_CACHE) return env.STRIATE_CACHE;
  if (platform === "win32") {
    return win32.join(env.LOCALAPPDATA || win32.join(home, "AppData", "Local"), "striate", "Cache");
  }
  if (platform === "darwin") return posix.join(home, "Library", "Caches", "striate");
  // The XDG base directory specification: a relative path is to be ignored.
  const xdg = env.XDG_CACHE_HOME ?? "";
  return posix.join(posix.isAbsolute(xdg) ? xdg : posix.join(home, ".cache"), "striate");
}

function here(): Surroundings {
  return { env: process.env, platform: process.platform, home: homedir() };
}
