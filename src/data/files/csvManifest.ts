import { platform } from "#platform";
import { checkOptions, type OptionNames, quoted } from "../../checks/index.ts";
import { asError, StriateError } from "../../errors.ts";
import { readRegular } from "../../files/regularFile.ts";
import { checkedFiles } from "./checked.ts";
import { type CsvRow, parseCsv } from "./csv.ts";
import { type ImageFolder, splitFiles } from "./imageFolder.ts";
import { PICTURE, type PictureOptions } from "./picturePixels.ts";

/** How a list of pictures is read. */
export interface CsvManifestOptions extends PictureOptions {
  /** The folder that paths begin in; default: that of the list. */
  readonly root?: string;
  /** The columns' names in the first line. Default: `path` or `file`, `filename`, `image`; and `label` or `class`. */
  readonly pathColumn?: string;
  readonly labelColumn?: string;
  /** The classes, in the order of their labels; default: those in the list, sorted. */
  readonly classes?: readonly string[];
  /** The fraction of each class that is kept for validation, default 0. */
  readonly validationSplit?: number;
  /** The fraction of each class that is kept for a test, default 0. */
  readonly testSplit?: number;
  /** Of the splits, default 0. */
  readonly seed?: number;
}

const CSV: OptionNames<CsvManifestOptions> = {
  ...PICTURE,
  root: true,
  pathColumn: true,
  labelColumn: true,
  classes: true,
  validationSplit: true,
  testSplit: true,
  seed: true,
};

const PATHS = ["path", "file", "filename", "image"];
const LABELS = ["label", "class"];

/**
 * A list of pictures and their classes: a CSV file whose first line names its columns, or one of two columns, path and
 * class, without such a line. Classes are names; numbers are names too.
 *
 * @throws StriateError `io` where the list cannot be read; `data` where it has no pictures, a row has other columns, or a
 * class is missing, not among `classes`, or the only one and not asked for
 */
export async function csvManifest(file: string, options: CsvManifestOptions = {}): Promise<ImageFolder> {
  checkOptions("csvManifest", options, CSV);
  const { root = platform.paths.dirname(file), onError = "skip" } = options;
  const rows = readRows(parseCsv(await readText(file), file), file, options);
  const classNames = options.classes ?? [...new Set(rows.map(({ name }) => name))].sort();
  const labels = new Map(classNames.map((name, label) => [name, label]));
  const files = rows.map(({ path, name, line }) => {
    if (name === "") throw new StriateError("data", `${file}, line ${line}: names no class`);
    const label = labels.get(name);
    if (label !== undefined) return { path: platform.paths.resolve(root, path), label };
    throw new StriateError("data", `${file}, line ${line}: class ${quoted(name)} is not among the classes given`);
  });
  if (classNames.length === 1 && !options.classes) {
    throw new StriateError(
      "data",
      `${file}: has one class only, ${quoted(classNames[0] ?? "")}; say classes: [...] if one is meant`,
    );
  }
  const { good, problems } = await checkedFiles(files, onError);
  if (good.length === 0) {
    const [first] = problems;
    throw new StriateError("data", `${file}: lists no picture${first ? `; ${first.path}: ${first.reason}` : ""}`);
  }
  const present = new Set(good.map(({ label }) => label));
  return {
    ...splitFiles(good, problems, { ...options, classNames }),
    emptyClasses: classNames.filter((_, label) => !present.has(label)),
  };
}

interface ManifestRow {
  readonly line: number;
  readonly path: string;
  readonly name: string;
}

function readRows(
  rows: readonly CsvRow[],
  file: string,
  { pathColumn, labelColumn }: CsvManifestOptions,
): readonly ManifestRow[] {
  const [head = { line: 1, cells: [] }] = rows;
  const names = head.cells.map((cell) => cell.trim().toLowerCase());
  const find = (given: string | undefined, usual: readonly string[]) =>
    names.findIndex((name) => (given === undefined ? usual.includes(name) : name === given.toLowerCase()));
  const path = find(pathColumn, PATHS);
  const label = find(labelColumn, LABELS);
  const hasHead = path >= 0 && label >= 0;
  if (!hasHead && (pathColumn !== undefined || labelColumn !== undefined || head.cells.length !== 2)) {
    throw new StriateError(
      "data",
      `${file}: its first line names no columns ${pathColumn ?? PATHS.join("/")} and ${labelColumn ?? LABELS.join("/")}, ` +
        `and has ${head.cells.length}; a list without names has two, path and class`,
    );
  }
  return rows.slice(hasHead ? 1 : 0).map(({ line, cells }) => {
    if (cells.length !== head.cells.length) {
      throw new StriateError(
        "data",
        `${file}, line ${line}: has ${cells.length} columns, where the first line has ${head.cells.length}`,
      );
    }
    return { line, path: cells[hasHead ? path : 0] ?? "", name: (cells[hasHead ? label : 1] ?? "").trim() };
  });
}

async function readText(file: string): Promise<string> {
  try {
    return new TextDecoder().decode(await readRegular(file));
  } catch (thrown) {
    throw new StriateError("io", `${file}: cannot be read (${asError(thrown).message})`, { cause: thrown });
  }
}
