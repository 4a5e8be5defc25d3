import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { asError, StriateError } from "../errors.ts";
import { isPictureName } from "../image/index.ts";

/** A picture that was asked for. */
export interface Input {
  readonly path: string;
  /** Its path in the folder or glob that named it, which its result gets too. */
  readonly name: string;
}

/**
 * The pictures that arguments name: files as they are, the pictures anywhere in folders, and globs (`*`, `?`, `**`) that
 * the shell has left alone; sorted within each argument.
 *
 * @throws StriateError `io` for an argument that names nothing
 */
export async function findInputs(args: readonly string[]): Promise<Input[]> {
  const found: Input[] = [];
  for (const argument of args) {
    const inputs = await inputsOf(argument);
    if (inputs.length === 0)
      throw new StriateError("io", `${argument}: there are no pictures in it (${PICTURE_NAMES})`);
    found.push(...inputs);
  }
  return found;
}

const PICTURE_NAMES = "jpg, png, webp, avif, gif, tiff";

async function inputsOf(argument: string): Promise<Input[]> {
  const kind = await kindOf(argument);
  if (kind === "file") return [{ path: argument, name: basename(argument) }];
  if (kind === "folder") return (await within(argument, argument)).filter(({ name }) => isPictureName(name));
  if (!/[*?]/.test(argument)) throw new StriateError("io", `${argument}: there is no such file. Check the path`);
  const root = fixedFolder(argument);
  const pattern = globPattern(argument);
  return (await within(root, root)).filter(({ path }) => pattern.test(path.split(sep).join("/")));
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  const status = await stat(path).catch(() => undefined);
  return status && (status.isDirectory() ? "folder" : "file");
}

/** The files in a folder and those below it. */
async function within(folder: string, root: string): Promise<Input[]> {
  const found: Input[] = [];
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await within(path, root)));
    else found.push({ path, name: relative(root, path) });
  }
  return found;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (thrown) {
    throw new StriateError("io", `${folder}: cannot be read (${asError(thrown).message})`, { cause: thrown });
  }
}

/** The part of a glob before its first `*` or `?`, up to a whole folder. */
function fixedFolder(glob: string): string {
  return dirname(`${glob.slice(0, glob.search(/[*?]/))}x`);
}

function globPattern(glob: string): RegExp {
  const parts = join(glob)
    .split(sep)
    .join("/")
    .split(/(\*\*\/|\*\*|\*|\?)/);
  const sources: Readonly<Record<string, string>> = { "**/": "(.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]" };
  return new RegExp(`^${parts.map((part) => sources[part] ?? part.replace(/[.+^${}()|[\]\\]/g, "\\$&")).join("")}$`);
}
