import { type Dirent, realpathSync } from "node:fs";
import { mkdir, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Files } from "../files.ts";
import { writeAtomic } from "./atomic.ts";
import { openGrowing } from "./growingFile.ts";
import { tryLock } from "./lock.ts";
import { openRegular, openRegularSync, readRegularSync } from "./regularFile.ts";

export const files: Files = {
  open: openRegular,
  openSync: openRegularSync,
  readSync: readRegularSync,
  write: writeAtomic,
  openGrowing,
  async list(folder) {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, kind: entry.isSymbolicLink() ? "link" : kindOf(entry) }));
  },
  async status(path) {
    const stats = await stat(path);
    return { kind: kindOf(stats), size: stats.size, mtimeMs: stats.mtimeMs };
  },
  async makeFolder(path) {
    await mkdir(path, { recursive: true });
  },
  move: rename,
  remove: (path) => rm(path, { force: true }),
  realPath: (path) => realpath(path),
  within(folder, parts) {
    const [inside, path] = [realpathSync(folder), realpathSync(join(folder, ...parts))];
    return { path, isInside: path.startsWith(inside.endsWith(sep) ? inside : inside + sep) };
  },
  lock: tryLock,
};

function kindOf(entry: Pick<Dirent, "isFile" | "isDirectory">): "file" | "folder" | "other" {
  return entry.isDirectory() ? "folder" : entry.isFile() ? "file" : "other";
}
