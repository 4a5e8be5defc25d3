import { checkOptions, MemoryBudget, type MemoryOptions, nameText, parseJson, quoted } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import { checkSource } from "../../files/arguments.ts";
import { dataError } from "../../files/dataError.ts";
import type { RandomAccess } from "../../files/randomAccess.ts";
import { encodeZip, openZip } from "../../files/zip.ts";
import type { Tensor } from "../../tensor/index.ts";
import { decodeNpy, encodeNpy } from "./npy.ts";

/**
 * Reads the arrays of a NumPy archive (.npz, of `numpy.savez` or `numpy.savez_compressed`) by name.
 * @param file what to call it in messages: its path
 * @throws StriateError `data`, also where they become more than `maxBytes`; see `decodeNpy` for the types
 */
export async function readNpz(
  source: RandomAccess,
  file: string,
  options: MemoryOptions = {},
): Promise<Map<string, Tensor>> {
  return new Map((await readNpzFile(source, file, options)).arrays);
}

/** The arrays of a NumPy archive, and the texts that Striate has put beside them: see `encodeNpz`. */
export async function readNpzFile(source: RandomAccess, file: string, options: MemoryOptions): Promise<NpzContent> {
  checkSource("readNpz", source, file);
  checkOptions("readNpz", options, { maxBytes: true });
  const budget = new MemoryBudget(file, source.size, options);
  const zip = await openZip(source, file, budget);
  const tensors = new Map<string, Tensor>();
  for (const name of zip.entries.keys()) {
    if (!name.endsWith(".npy")) {
      throw dataError(file, `holds ${quoted(name)}, which is no .npy file; a .npz file holds only such`);
    }
    tensors.set(name.slice(0, -4), decodeNpy(await zip.read(name), `${file}: ${nameText(name)}`, budget));
  }
  return { arrays: tensors, metadata: metadataIn(zip.comment) };
}

interface NpzContent {
  readonly arrays: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Comments of other programs mean nothing here. */
function metadataIn(comment: string): Readonly<Record<string, string>> {
  if (!comment.startsWith('{"striate.')) return {};
  const read: unknown = parseJson(comment, (what) => new StriateError("data", `the comment of the npz file ${what}`));
  return Object.fromEntries(Object.entries(read as object).filter(([, text]) => typeof text === "string"));
}

/**
 * Tensors as a NumPy archive, which `numpy.load` opens; the same tensors always give the same file.
 * @param options `compress` deflates them, as `numpy.savez_compressed` does
 * @param metadata texts by keys of Striate's, kept in the comment of the zip, which NumPy does not look at
 * @returns the file's parts in order, for `writeFileAtomic`
 */
export async function encodeNpz(
  tensors: ReadonlyMap<string, Tensor>,
  options: { readonly compress?: boolean } = {},
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array[]> {
  checkOptions("encodeNpz", options, { compress: true });
  const { compress = false } = options;
  return encodeZip(
    Array.from(tensors, ([name, tensor]) => ({ name: `${name}.npy`, data: encodeNpy(tensor), compress })),
    Object.keys(metadata).length > 0 ? JSON.stringify(metadata) : "",
  );
}
