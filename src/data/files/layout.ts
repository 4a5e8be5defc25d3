import { platform } from "#platform";
import { type FolderContent, folderContent } from "./walk.ts";

const { join } = platform.paths;

/** Where the pictures of each part of a folder are. */
export interface FolderLayout {
  /** The folder itself, or the only one in it that has the classes. */
  readonly root: string;
  /** `root`, or its folder `train` where it has folders for other parts too. */
  readonly train: string;
  /** The folder `validation`, `valid` or `val`. */
  readonly validation?: string;
  /** The folder `test`. */
  readonly test?: string;
}

/**
 * The parts of a folder. Archives are often unpacked into a folder with one folder in it: where that one has the classes, and
 * nothing lies beside it, it counts as the folder.
 * @param classes those that are asked for: a folder of such a name is a class
 * @throws StriateError `io` where the folder cannot be read
 */
export async function folderLayout(folder: string, classes: readonly string[] = []): Promise<FolderLayout> {
  const { root, folders } = await rootOf(folder, classes);
  const validation = ["validation", "valid", "val"].find((name) => folders.includes(name));
  const test = folders.includes("test") ? "test" : undefined;
  if (!folders.includes("train") || (validation ?? test) === undefined) return { root, train: root };
  return {
    root,
    train: join(root, "train"),
    ...(validation !== undefined && { validation: join(root, validation) }),
    ...(test !== undefined && { test: join(root, test) }),
  };
}

async function rootOf(folder: string, classes: readonly string[]): Promise<FolderContent & { readonly root: string }> {
  const content = await folderContent(folder);
  const own = { root: folder, ...content };
  const { folders, pictures } = content;
  const [only] = folders;
  if (only === undefined || folders.length > 1 || pictures.length > 0 || classes.includes(only)) return own;
  const root = join(folder, only);
  const inner = await folderContent(root).catch(() => undefined);
  return inner && (await hasClasses(root, inner)) ? { root, ...inner } : own;
}

/** Whether at least two of the folders have pictures in them or in folders of theirs. */
async function hasClasses(root: string, { folders }: FolderContent): Promise<boolean> {
  let classes = 0;
  for (const name of folders) {
    if (await hasPictures(join(root, name), 2)) classes++;
    if (classes === 2) return true;
  }
  return false;
}

/** Whether there are pictures in a folder, or in those within it down to a depth. */
export async function hasPictures(folder: string, depth: number): Promise<boolean> {
  const content = await folderContent(folder).catch(() => undefined);
  if (!content) return false;
  if (content.pictures.length > 0) return true;
  for (const name of depth > 0 ? content.folders : []) {
    if (await hasPictures(join(folder, name), depth - 1)) return true;
  }
  return false;
}
