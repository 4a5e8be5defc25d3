import { basename, resolve } from "node:path";
import type { Kind } from "../flags/flag.ts";

/** The sample that comes along. */
export const BUNDLED = "fashion-mnist";

/** The name of the sample, or a folder: its path, which means the same from any folder. */
export const dataSource: Kind<string> = {
  placeholder: "NAME|DIR",
  parse: (given) => (given === BUNDLED ? BUNDLED : resolve(given)),
  schema: (z) => z.string(),
};

/** A short name of some data, for the folder of a run. */
export function dataName(source: string): string {
  return basename(source).replace(/[^\w.-]+/g, "-") || "data";
}
