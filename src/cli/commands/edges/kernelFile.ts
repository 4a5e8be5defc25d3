import { readFile } from "node:fs/promises";
import { z } from "zod";
import { parseJson } from "../../../checks/index.ts";
import { asError, StriateError } from "../../../errors.ts";
import type { Kernel } from "../../../image/index.ts";
import { fromNumbers } from "../../../tensor/index.ts";

const rows = z.array(z.array(z.number()).min(1)).min(1);
const cube = z.array(z.array(z.array(z.number()).min(1)).min(1)).min(1);

/**
 * A kernel as JSON: rows of numbers, or of lists with a number for each of three channels.
 * @throws StriateError `io` where the file cannot be read; `data` where it holds no kernel
 */
export async function readKernel(path: string): Promise<{ readonly kernel: Kernel; readonly isColour: boolean }> {
  const content = await readJson(path);
  const flat = rows.safeParse(content);
  if (flat.success) {
    const lengths = new Set(flat.data.map((row) => row.length));
    if (lengths.size === 1) return { kernel: flat.data, isColour: false };
    throw new StriateError(
      "data",
      `${path}: the rows of a kernel have one length; these have ${[...lengths].join(", ")}`,
    );
  }
  const deep = cube.safeParse(content);
  const [width, channels] = [deep.data?.[0]?.length ?? 0, deep.data?.[0]?.[0]?.length ?? 0];
  const isEven = deep.data?.every((row) => row.length === width && row.every((pixel) => pixel.length === 3));
  if (!deep.success || !isEven) {
    throw new StriateError(
      "data",
      `${path}: holds no kernel; expected rows of numbers, such as [[1,0],[0,-1]], or of [red,green,blue]`,
    );
  }
  return { kernel: fromNumbers("float64", [deep.data.length, width, channels], deep.data.flat(2)), isColour: true };
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (thrown) {
    throw new StriateError("io", `--kernel ${path}: cannot be read (${asError(thrown).message})`, { cause: thrown });
  }
  return parseJson(text, (what, cause) => new StriateError("data", `${path}: ${what}`, { cause }));
}
