import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathText } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";

/**
 * Checks that no result would be written over a file that it is made of, by whatever name: links and other spellings of a path
 * lead to the same file.
 * @param option the user's words for where results go: `-o`, `the second file`
 * @throws StriateError `usage`
 */
export async function checkNotOverRead(
  results: readonly string[],
  inputs: readonly string[],
  option: string,
): Promise<void> {
  const read = new Set(await Promise.all(inputs.map(identity)));
  for (const result of results) {
    if (!read.has(await identity(result))) continue;
    throw new StriateError(
      "usage",
      `${option} ${pathText(result)} would be written over a file that is read; give another place`,
    );
  }
}

/** What a path leads to, however it is written; of what is not there, the path. */
async function identity(path: string): Promise<string> {
  const status = await stat(path).catch(() => undefined);
  return status ? `${status.dev}:${status.ino}` : resolve(path);
}
