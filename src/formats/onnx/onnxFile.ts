import { platform } from "#platform";
import { MemoryBudget, type MemoryOptions, nameText } from "../../checks/index.ts";
import { asError, StriateError } from "../../errors.ts";
import { pathInside } from "../../files/regularFile.ts";
import { type OnnxModel, parseOnnx, type ReadExternal } from "../../onnx/index.ts";

/**
 * Reads an ONNX file of this machine, and the weights that it keeps in files beside it.
 * @throws StriateError `io` when a file cannot be read, `data` as `parseOnnx` does, for weights outside the folder, and for
 * weights that become more than `maxBytes` because many share the same bytes of a file
 */
export function readOnnxFile(path: string, options: MemoryOptions = {}): OnnxModel {
  return parseOnnx(readPart(path), {
    name: path,
    readExternal: externalIn(platform.paths.dirname(path), path, options),
  });
}

/** Reads parts of files in a folder. */
function externalIn(folder: string, name: string, options: MemoryOptions): ReadExternal {
  const budgets = new Map<string, MemoryBudget>();
  return (location, offset, length) => {
    const path = pathInside(folder, location, "the model's external data");
    const budget = budgets.get(path) ?? new MemoryBudget(`${name}: ${nameText(location)}`, sizeOf(path), options);
    budgets.set(path, budget);
    budget.take(length);
    return readPart(path, offset, length);
  };
}

function sizeOf(path: string): number {
  const file = platform.files.openSync(path);
  file.close();
  return file.size;
}

/** Bytes of a regular file, fewer than asked for where it ends before; all of it when nothing is said. */
function readPart(path: string, offset?: number, length?: number): Uint8Array {
  try {
    return platform.files.readSync(path, offset, length);
  } catch (error) {
    throw new StriateError("io", `${path} cannot be read: ${asError(error).message}`, { cause: error });
  }
}
