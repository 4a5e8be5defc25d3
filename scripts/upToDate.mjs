// Tells within milliseconds that a checkout is as setup.mjs left it, by when its files and folders were last changed: a
// folder changes when something is added to it or removed. What is looked at is written down with the answer.
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** In node_modules, so that whatever installs removes it. */
const RECORD = join(root, "node_modules/.cache/striate-setup.json");

/** True when nothing has changed since `rememberSetup`. */
export function isUpToDate() {
  try {
    const { node, states } = JSON.parse(readFileSync(RECORD, "utf8"));
    return node === process.version && states.every(([path, state]) => stateOf(path) === state);
  } catch {
    return false; // never set up, or something is gone
  }
}

/** The states of files and folders now, by their paths from the root. */
export function statesOf(paths) {
  return paths.map((path) => [path, stateOf(path)]);
}

/** Writes down that the checkout is set up, with the states that this holds for. */
export function rememberSetup(states) {
  mkdirSync(dirname(RECORD), { recursive: true });
  writeFileSync(RECORD, JSON.stringify({ node: process.version, states }));
}

/** The time of the last change, which nobody can set, and the size of a file. */
function stateOf(path) {
  const { ctimeMs, size } = lstatSync(join(root, path));
  return `${ctimeMs} ${size}`;
}
