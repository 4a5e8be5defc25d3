import { extname, join, parse, resolve } from "node:path";
import { StriateError } from "../../../errors.ts";
import { IMAGE_FORMATS, type ImageFormat } from "../../../image/index.ts";
import type { Input } from "../../data/pictureFiles.ts";
import { isFolder } from "../../results/outputFolder.ts";
import { checkNotOverRead } from "../../results/overwriting.ts";

/** Where the result of an input goes. */
export interface Target {
  readonly input: Input;
  /** A path, or "-" for standard output. */
  readonly out: string;
  readonly format: ImageFormat;
}

/**
 * One picture goes where `out` says, in the format of its ending, and without `out` to NAME-edges.png in the working folder;
 * several, or one where `out` is a folder or has no ending, go into that folder under their own names, as PNG: a.jpg becomes
 * a.png, and a.jpg.png where there is another a.
 *
 * @throws StriateError `usage` where two would go to one place, or one over what it is made of
 */
export async function targetsOf(inputs: readonly Input[], given?: string): Promise<Target[]> {
  const [first, ...others] = inputs;
  const out = given ?? (first && others.length === 0 ? `${parse(first.path).name}-edges.png` : undefined);
  if (out === undefined || out === "") {
    throw new StriateError("usage", `say by -o FOLDER where the edges of ${inputs.length} pictures go`);
  }
  if (first && others.length === 0 && out !== "-" && !(await isFolder(out))) {
    return checked([{ input: first, out, format: formatOf(out) }]);
  }
  if (out === "-") {
    if (first && others.length === 0) return [{ input: first, out, format: "png" }];
    throw new StriateError("usage", `--out - takes one picture, and there are ${inputs.length}; give a folder`);
  }
  if (!(await isFolder(out))) {
    throw new StriateError(
      "usage",
      `--out ${out} is a file, and there are ${inputs.length} pictures; give a folder (for a new one a name without an ending)`,
    );
  }
  const stems = inputs.map(stemOf);
  const isShared = (stem: string) => stems.indexOf(stem) !== stems.lastIndexOf(stem);
  const name = (input: Input) => (isShared(stemOf(input)) ? input.name : stemOf(input));
  return checked(inputs.map((input) => ({ input, out: join(out, `${name(input)}.png`), format: "png" })));
}

/** Its path without the ending. */
function stemOf({ name }: Input): string {
  return name.slice(0, name.length - extname(name).length);
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

async function checked(targets: readonly Target[]): Promise<Target[]> {
  const taken = new Map<string, string>();
  for (const { input, out } of targets) {
    const other = taken.get(resolve(out));
    if (other !== undefined) {
      throw new StriateError("usage", `${other} and ${input.path} would both be written to ${out}; give them apart`);
    }
    taken.set(resolve(out), input.path);
  }
  await checkNotOverRead(
    targets.map(({ out }) => out),
    targets.map(({ input }) => input.path),
    "--out",
  );
  return [...targets];
}
