// Chromium without a window, as a process of its own for one page.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "microsoft-edge",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

export interface Browser {
  /** The program; nothing where none was found. */
  readonly program: string | undefined;
  /** Why there is none. */
  readonly missing: string;
}

/**
 * A Chromium, Chrome or Edge: the one that STRIATE_CHROMIUM names, or the first of the usual names.
 * @throws Error where STRIATE_CHROMIUM names one that does not start, and in CI where there is none
 */
export function findChromium(): Browser {
  const named = process.env.STRIATE_CHROMIUM;
  const program = (named ? [named] : NAMES).find((name) => spawnSync(name, ["--version"]).status === 0);
  if (named && !program) throw new Error(`STRIATE_CHROMIUM is ${named}, which does not start`);
  const missing = "no Chromium, Chrome or Edge is installed; STRIATE_CHROMIUM may name one";
  if (process.env.CI && !program) throw new Error(missing);
  return { program, missing };
}

/**
 * Opens a page for the time of `act`; the process and its profile are gone afterwards.
 * @param act gets a promise that fails, with what the browser said, when it ends by itself or has had its time
 * @param most milliseconds
 */
export async function withPage<T>(
  program: string,
  url: string,
  act: (ended: Promise<never>) => Promise<T>,
  most: number,
): Promise<T> {
  const profile = await mkdtemp(join(tmpdir(), "striate-chromium-"));
  const isRoot = process.getuid?.() === 0;
  const settings = ["--headless=new", "--no-first-run", "--disable-gpu", "--disable-extensions", "--mute-audio"];
  // As root its sandbox does not start.
  const args = [...settings, ...(isRoot ? ["--no-sandbox"] : []), `--user-data-dir=${profile}`, url];
  // In a group of its own, so that all its processes can be ended together.
  const browser = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], detached: process.platform !== "win32" });
  let said = "";
  browser.stderr.on("data", (chunk) => {
    said = `${said}${chunk}`.slice(-4000);
  });
  const end = () => endAll(browser.pid);
  process.once("exit", end);
  const late = setTimeout(() => {
    said += `it was ended after ${most / 1000} s`;
    end();
  }, most);
  const exit = once(browser, "exit");
  const ended = exit.then(([code, signal]) => {
    throw new Error(`${program} ended with ${code ?? signal}:\n${said}`);
  });
  ended.catch(() => undefined);
  try {
    return await act(ended);
  } finally {
    clearTimeout(late);
    process.off("exit", end);
    end();
    await exit.catch(() => undefined);
    // The other processes of the group may still be at their last writes.
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

function endAll(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
