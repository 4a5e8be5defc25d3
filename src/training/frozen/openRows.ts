import type { Dataset } from "../../data/index.ts";
import { textDigest } from "./digest.ts";
import type { FrozenCacheSettings } from "./options.ts";
import { RowFolder } from "./rowFolder.ts";

/** Rows in a folder by the places of examples: version times length plus index. */
export interface StoredRows {
  readonly folder: RowFolder;
  keyOf(place: number): string;
}

/**
 * The rows that a folder holds of a data set's examples.
 * @param name of what the rows were computed by
 * @param size bytes of a row
 * @returns nothing where there is no folder, or the data set does not say what its examples are made of
 */
export async function openRows(
  data: Dataset,
  name: string,
  size: number,
  { folder, diskBytes, onNote }: Omit<FrozenCacheSettings, "memoryBytes">,
): Promise<StoredRows | undefined> {
  if (folder === undefined) return undefined;
  const signatures = await data.signatures?.();
  if (!signatures) {
    onNote(`the cache in ${folder} is not used: the data set does not say what its examples are made of (signatures)`);
    return undefined;
  }
  const keys: string[] = [];
  for (let version = 0; version < (data.versions ?? 1); version++) {
    keys.push(...(await Promise.all(signatures.map((signature) => textDigest(`${signature} version ${version}`)))));
  }
  const rows = await RowFolder.open({ folder, name, size, diskBytes, onNote });
  return { folder: rows, keyOf: (place) => keys[place] ?? "" };
}
