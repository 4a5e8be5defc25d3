import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { picturesIn } from "../../data/index.ts";
import { asError, StriateError } from "../../errors.ts";

/** A picture that was asked for. */
export interface Input {
  readonly path: string;
  /** Its path in the folder or glob that named it, which its result gets too. */
  readonly name: string;
}

/**
 * The pictures that arguments name: files as they are, the pictures anywhere in folders, and globs (`*`, `?`, `**`,
 * `[a-z]`, `{jpg,png}`) that the shell has left alone. What is named twice is there twice.
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

/** The inputs without those that name the same picture, by the same name, once more. */
export function withoutRepeats(inputs: readonly Input[]): Input[] {
  return [...new Map(inputs.map((input) => [JSON.stringify([resolve(input.path), input.name]), input])).values()];
}

const PICTURE_NAMES = "jpg, png, webp, avif, gif, tiff";

async function inputsOf(argument: string): Promise<Input[]> {
  const kind = await kindOf(argument);
  if (kind === "file") return [{ path: argument, name: basename(argument) }];
  if (kind === "folder") return within(argument);
  const special = argument.search(/[*?[{]/);
  if (special < 0) throw new StriateError("io", `${argument}: there is no such file. Check the path`);
  const root = dirname(`${argument.slice(0, special)}x`);
  const pattern = globPattern(argument);
  return (await within(root)).filter(({ path }) => pattern.test(path.split(sep).join("/")));
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  const status = await stat(path).catch(() => undefined);
  return status && (status.isDirectory() ? "folder" : "file");
}

async function within(folder: string): Promise<Input[]> {
  return (await picturesIn(folder)).map((name) => ({ path: join(folder, name), name }));
}

/** Each part of a glob as a regular expression; all else stands for itself. */
const GLOB: readonly (readonly [part: RegExp, source: (part: string) => string])[] = [
  [/^\*\*\/$/, () => "(.*/)?"],
  [/^\*\*$/, () => ".*"],
  [/^\*$/, () => "[^/]*"],
  [/^\?$/, () => "[^/]"],
  [/^\[/, (part) => part.replace(/^\[[!^]/, "[^/").replaceAll("\\", "\\\\")],
  [/^\{/, (part) => `(${part.slice(1, -1).split(",").map(globSource).join("|")})`],
];

function globPattern(glob: string): RegExp {
  try {
    return new RegExp(`^${globSource(join(glob).split(sep).join("/"))}$`, "s");
  } catch (thrown) {
    const reason = asError(thrown).message;
    throw new StriateError("usage", `${glob}: is no pattern of file names (${reason})`, { cause: thrown });
  }
}

function globSource(glob: string): string {
  const parts = glob.split(/(\*\*\/|\*\*|\*|\?|\[[!^]?[^\]/]+\]|\{[^{}]+\})/);
  return parts.map((part) => GLOB.find(([is]) => is.test(part))?.[1](part) ?? escaped(part)).join("");
}

function escaped(text: string): string {
  return text.replace(/[.+^${}()|[\]\\*?]/g, "\\$&");
}
