import { platform } from "#platform";
import type { DataProblem } from "../dataset.ts";
import { classOf } from "./classNames.ts";
import { folderContent, picturesIn } from "./walk.ts";

const { join } = platform.paths;

/** The classes in a folder, and the pictures of each. */
export interface ClassSource {
  /** Sorted. Some may have no picture. */
  readonly names: readonly string[];
  /** The paths of the pictures of a class; none where there is no such class. */
  pictures(name: string): Promise<readonly string[]>;
  /** Pictures of no class, and why. */
  readonly strays: readonly DataProblem[];
}

/** A folder for each class. */
export async function classesByFolder(folder: string, followLinks: boolean): Promise<ClassSource> {
  const { folders } = await folderContent(folder);
  const present = new Set(folders);
  return {
    names: folders,
    strays: [],
    async pictures(name) {
      if (!present.has(name)) return [];
      return (await picturesIn(join(folder, name), followLinks)).map((path) => join(folder, name, path));
    },
  };
}

/** The class in each file's name. */
export async function classesByName(folder: string, pattern: RegExp, followLinks: boolean): Promise<ClassSource> {
  const byClass = new Map<string, string[]>();
  const strays: DataProblem[] = [];
  for (const inner of await picturesIn(folder, followLinks)) {
    const path = join(folder, inner);
    const name = classOf(inner, pattern);
    const known = name === undefined ? undefined : byClass.get(name);
    if (name === undefined) strays.push({ path, reason: `its name does not match the class pattern ${pattern}` });
    else if (known) known.push(path);
    else byClass.set(name, [path]);
  }
  return { names: [...byClass.keys()].sort(), strays, pictures: async (name) => byClass.get(name) ?? [] };
}
