import { stat } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { StriateError } from "../../errors.ts";
import { IMAGE_FORMATS, type ImageFormat } from "../../image/index.ts";
import type { Input } from "../inputs.ts";

/** Where the result of an input goes. */
export interface Target {
  readonly input: Input;
  /** A path, or "-" for standard output. */
  readonly out: string;
  readonly format: ImageFormat;
}

/**
 * One picture goes where `out` says, in the format of its ending; several, or one where `out` is a folder, go into that
 * folder under their own names, as PNG.
 *
 * @throws StriateError `usage` where two would go to one place, or one over what it is made of
 */
export async function targetsOf(inputs: readonly Input[], out: string): Promise<Target[]> {
  const [first, ...others] = inputs;
  if (first && others.length === 0 && out !== "-" && !(await isFolder(out))) {
    return checked([{ input: first, out, format: formatOf(out) }]);
  }
  if (out === "-") {
    if (first && others.length === 0) return [{ input: first, out, format: "png" }];
    throw new StriateError("usage", `--out - takes one picture, and there are ${inputs.length}; give a folder`);
  }
  if (extname(out) !== "" && !(await isFolder(out))) {
    throw new StriateError(
      "usage",
      `--out ${out} is a file, and there are ${inputs.length} pictures; give a folder (for a new one a name without an ending)`,
    );
  }
  return checked(
    inputs.map((input) => ({
      input,
      out: join(out, `${input.name.slice(0, -extname(input.name).length || undefined)}.png`),
      format: "png",
    })),
  );
}

async function isFolder(path: string): Promise<boolean> {
  return /[/\\]$/.test(path) || ((await stat(path).catch(() => undefined))?.isDirectory() ?? false);
}

function formatOf(out: string): ImageFormat {
  const ending = extname(out).slice(1).toLowerCase();
  const format = IMAGE_FORMATS.find((name) => name === (ALIASES[ending] ?? ending));
  if (format) return format;
  throw new StriateError(
    "usage",
    `--out ${out}: pictures are written as ${IMAGE_FORMATS.map((name) => `.${name}`).join(", ")}`,
  );
}

const ALIASES: Readonly<Record<string, string>> = { jpg: "jpeg", tif: "tiff" };

function checked(targets: readonly Target[]): Target[] {
  const taken = new Map<string, string>();
  const sources = new Set(targets.map(({ input }) => resolve(input.path)));
  for (const { input, out } of targets) {
    const other = taken.get(resolve(out));
    if (other !== undefined) {
      throw new StriateError("usage", `${other} and ${input.path} would both be written to ${out}; give them apart`);
    }
    if (sources.has(resolve(out))) {
      throw new StriateError("usage", `--out ${out} would be written over a picture that is read; give another place`);
    }
    taken.set(resolve(out), input.path);
  }
  return [...targets];
}
