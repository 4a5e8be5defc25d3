import { readFileSync } from "node:fs";

/** The content of a file of `tests/goldens`; the script of the same name says what is in it. */
export function readGolden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../goldens/${name}`, import.meta.url), "utf8")) as T;
}
