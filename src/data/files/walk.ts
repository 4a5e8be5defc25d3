import { platform } from "#platform";
import { asError, StriateError } from "../../errors.ts";
import { isPictureName } from "../../image/index.ts";
import { type FolderEntry, fileErrorCode } from "../../platform/index.ts";

const { basename, dirname, join, resolve } = platform.paths;

/** What lies in a folder: names, sorted by their UTF-16 units so that the order is the same on every machine. */
export interface FolderContent {
  readonly folders: readonly string[];
  /** Names that end as pictures do, whatever is in them. */
  readonly pictures: readonly string[];
}

/**
 * The folders and pictures in a folder; links count as what they lead to, and what leads nowhere is left out unless it is
 * named as a picture. Hidden names are left out, what macOS adds to archives (`__MACOSX`), and anything that is no file, such as a
 * pipe, which would never end.
 * @param followLinks whether links to folders count
 * @throws StriateError `io` where the folder cannot be read
 */
export async function folderContent(folder: string, followLinks = true): Promise<FolderContent> {
  const entries = await list(folder);
  const folders: string[] = [];
  const pictures: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith(".") || entry.name === "__MACOSX") continue;
    const kind = await kindOf(folder, entry);
    if (kind === "folder" && (followLinks || entry.kind === "folder")) folders.push(entry.name);
    else if (kind === "file" && isPictureName(entry.name)) pictures.push(entry.name);
  }
  return { folders: folders.sort(byUnits), pictures: pictures.sort(byUnits) };
}

/**
 * The paths of all pictures in a folder and its subfolders, relative to it: its own, then those of the subfolders in
 * order. Each real folder is visited once, so links that lead in circles end; a link to a folder above leads nowhere, for
 * what lies beside `folder` belongs to other classes.
 * @throws StriateError `io` where a folder cannot be read
 */
export async function picturesIn(folder: string, followLinks = true): Promise<readonly string[]> {
  const place = join(await realPath(dirname(resolve(folder))), basename(resolve(folder)));
  const seen = new Set([...above(await realPath(folder)), ...above(place)]);
  const found: string[] = [];
  const visit = async (inner: string): Promise<void> => {
    const here = join(folder, inner);
    const real = await realPath(here);
    if (seen.has(real)) return;
    seen.add(real);
    const { folders, pictures } = await folderContent(here, followLinks);
    for (const name of pictures) found.push(join(inner, name));
    for (const name of folders) await visit(join(inner, name));
  };
  await visit("");
  return found;
}

/** The folders that a folder lies in, nearest first. */
function above(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [] : [parent, ...above(parent)];
}

async function realPath(folder: string): Promise<string> {
  try {
    return await platform.files.realPath(folder);
  } catch (thrown) {
    throw unreadable(folder, thrown);
  }
}

function byUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function kindOf(folder: string, { name, kind }: FolderEntry): Promise<"folder" | "file" | "other"> {
  if (kind !== "link") return kind;
  try {
    return (await platform.files.status(join(folder, name))).kind;
  } catch {
    // A broken link: reading it will say what is wrong.
    return "file";
  }
}

async function list(folder: string): Promise<readonly FolderEntry[]> {
  try {
    return await platform.files.list(folder);
  } catch (thrown) {
    if (thrown instanceof StriateError) throw thrown;
    throw unreadable(folder, thrown);
  }
}

function unreadable(folder: string, thrown: unknown): StriateError {
  const code = fileErrorCode(thrown);
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "there is no such folder",
    ENOTDIR: "is a file, where a folder with pictures is expected",
  };
  const reason = reasons[code] ?? `cannot be read (${asError(thrown).message})`;
  return new StriateError("io", `${folder}: ${reason}`, { cause: thrown });
}
