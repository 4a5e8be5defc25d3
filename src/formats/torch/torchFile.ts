import { checkOptions, MemoryBudget, type MemoryOptions, quoted } from "../../checks/index.ts";
import { checkSource } from "../../files/arguments.ts";
import { dataError } from "../../files/dataError.ts";
import type { RandomAccess } from "../../files/randomAccess.ts";
import { openZip } from "../../files/zip.ts";
import { BYTES_PER_ELEMENT, sizeOf } from "../../tensor/index.ts";
import { decodeElements, ELEMENT_FORMATS, type ElementArray } from "../elements.ts";
import { gather, isRowMajor } from "../strided.ts";
import { type PickleMeanings, type PickleValue, readPickle } from "./pickle.ts";
import { PickleCutShort } from "./pickleBytes.ts";
import { type PendingTensor, TorchPickle, type TorchStorage } from "./torchPickle.ts";

/** What a PyTorch file holds: dicts as Maps, lists and tuples as arrays, tensors as `TorchTensor`. */
export type TorchContent = PickleValue;

/** The pickle of a state dict takes some hundred bytes a tensor. */
const MOST_PICKLE_BYTES = 2 ** 25;

/**
 * Reads what `torch.save` has written, in the zip format or in the legacy format before PyTorch 1.6. Only data is read:
 * dicts, lists, numbers, texts and tensors. A file that asks for anything else of Python is refused, and no code in it
 * is ever run.
 *
 * Tensors that share a storage share memory here too, and dense ones of a type of ours are views of it. From an open
 * file each storage is read once, so that no more than the tensors is in memory.
 *
 * @param file what to call it in messages: its path
 * @returns the content as it is nested; `stateDict` picks the weights out of it
 * @throws StriateError `data` that names what it met, e.g. the function `os.system`
 */
export async function readTorchFile(
  source: RandomAccess,
  file: string,
  options: MemoryOptions = {},
): Promise<TorchContent> {
  checkSource("readTorchFile", source, file);
  checkOptions("readTorchFile", options, { maxBytes: true });
  const start = await source.read(0, Math.min(source.size, 512));
  const budget = new MemoryBudget(file, source.size, options);
  if (start[0] === 0x50 && start[1] === 0x4b) return readZipFormat(source, file, budget);
  if (isTar(start))
    throw dataError(file, "is in PyTorch's tar format, from before 0.2; save it again with a newer one");
  return readLegacyFormat(source, file, budget);
}

/** Whether these bytes begin a file in the legacy format: a pickle of its magic number, of any protocol from 2 on. */
export function isTorchLegacy(bytes: Uint8Array): boolean {
  const text = Array.from(bytes.subarray(0, 32), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return /^80(02|03|04|05)(95.{16})?8a0a6cfc9c46f9206aa850192e/.test(text);
}

function isTar(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(257, 262)) === "ustar";
}

async function readZipFormat(source: RandomAccess, file: string, budget: MemoryBudget): Promise<TorchContent> {
  const zip = await openZip(source, file, budget);
  const [name, second] = [...zip.entries.keys()].filter((entry) => /^[^/]+\/data\.pkl$/.test(entry));
  if (name === undefined || second !== undefined) {
    throw dataError(file, "is a zip, but not one of torch.save: it has not one data.pkl in one folder");
  }
  const folder = name.slice(0, -"data.pkl".length);
  const pickle = new TorchPickle(file);
  const { value } = readPickle(await zip.read(name, MOST_PICKLE_BYTES), 0, pickle, file);
  const order = await byteOrder();

  const loader = new StorageLoader(file, order, budget);
  for (const [storage, tensors] of groupByStorage(pickle.pending)) {
    const bytes = await zip.read(`${folder}data/${storage.key}`);
    if (bytes.length < storage.byteLength) {
      const what = `storage ${quoted(storage.key)} has ${bytes.length} bytes, but its tensors need ${storage.byteLength}`;
      throw dataError(file, `is damaged: ${what}`);
    }
    loader.fill(tensors, bytes.subarray(0, storage.byteLength));
  }
  return value;

  async function byteOrder(): Promise<"little" | "big"> {
    if (!zip.entries.has(`${folder}byteorder`)) return "little";
    const text = new TextDecoder().decode(await zip.read(`${folder}byteorder`, 64));
    if (text !== "little" && text !== "big") throw dataError(file, `has the byte order ${quoted(text)}`);
    return text;
  }
}

const MAGIC = 0x1950a86a20f9469cfc6cn;
const VERSION = 1001;
const FIRST_WINDOW = 2 ** 20;

/**
 * Five pickles (the magic number, the version, about the system, the content, the storages' keys), and then for each
 * key the number of elements in 8 bytes, and the elements.
 */
async function readLegacyFormat(source: RandomAccess, file: string, budget: MemoryBudget): Promise<TorchContent> {
  const { content, keys, order, end, pickle } = await readLegacyPickles(source, file);
  const tensors = groupByStorage(pickle.pending);
  const loader = new StorageLoader(file, order, budget);
  let place = end;
  for (const key of keys) {
    const storage = pickle.storages.get(key);
    if (!storage) throw dataError(file, `is damaged: it keeps a storage ${quoted(key)}, which no tensor has`);
    const header = await source.read(place, 8);
    const view = new DataView(header.buffer, header.byteOffset, 8);
    const count = Number(view.getBigInt64(0, order === "little"));
    if (count * storage.width !== storage.byteLength) {
      const what = `storage ${quoted(key)} has ${count} elements, but its tensors say ${storage.byteLength / storage.width}`;
      throw dataError(file, `is damaged: ${what}`);
    }
    const users = tensors.get(storage);
    if (users) {
      budget.take(storage.byteLength);
      loader.fill(users, await source.read(place + 8, storage.byteLength));
    }
    tensors.delete(storage);
    place += 8 + storage.byteLength;
  }
  for (const { key } of tensors.keys())
    throw dataError(file, `is damaged: storage ${quoted(key)} of a tensor is not in it`);
  return content;
}

interface LegacyPickles {
  readonly content: PickleValue;
  readonly keys: readonly string[];
  readonly order: "little" | "big";
  readonly end: number;
  readonly pickle: TorchPickle;
}

/** Where the pickles end is known only when they are read: a window on the file's beginning grows until they fit. */
async function readLegacyPickles(source: RandomAccess, file: string): Promise<LegacyPickles> {
  for (let window = FIRST_WINDOW; ; window *= 4) {
    const length = Math.min(window, source.size, MOST_PICKLE_BYTES);
    const bytes = await source.read(0, length);
    try {
      return parseLegacyPickles(bytes, file);
    } catch (thrown) {
      if (!(thrown instanceof PickleCutShort) || length === source.size) throw thrown;
      if (length === MOST_PICKLE_BYTES) {
        throw dataError(file, `has a pickle of more than ${MOST_PICKLE_BYTES} bytes, which is the limit`);
      }
    }
  }
}

/** A pickle without names: of numbers, texts, lists and dicts. */
function plainMeanings(file: string): PickleMeanings {
  return {
    global: () => undefined,
    persistent: () => {
      throw dataError(file, "refers to a storage before its content");
    },
    advice: "It is no file of torch.save",
  };
}

function parseLegacyPickles(bytes: Uint8Array, file: string): LegacyPickles {
  const plain = plainMeanings(file);
  if (!isTorchLegacy(bytes)) {
    throw dataError(file, "is no PyTorch file: it begins neither as a zip nor with PyTorch's magic number");
  }
  const magic = readPickle(bytes, 0, plain, file);
  const version = readPickle(bytes, magic.end, plain, file);
  if (magic.value !== MAGIC || version.value !== VERSION) {
    throw dataError(file, "is a PyTorch file of an unknown version; save it again with a newer PyTorch");
  }
  const system = readPickle(bytes, version.end, plain, file);
  const little = system.value instanceof Map ? system.value.get("little_endian") : undefined;
  if (typeof little !== "boolean") throw dataError(file, "is damaged: it does not say its byte order");
  const pickle = new TorchPickle(file);
  const content = readPickle(bytes, system.end, pickle, file);
  const keys = readPickle(bytes, content.end, plain, file);
  if (!Array.isArray(keys.value)) throw dataError(file, "is damaged: it has no list of its storages");
  return {
    content: content.value,
    keys: keys.value.map((key) => {
      if (typeof key === "string" || typeof key === "number") return String(key);
      throw dataError(file, "is damaged: its list of storages has more than their names");
    }),
    order: little ? "little" : "big",
    end: keys.end,
    pickle,
  };
}

function groupByStorage(pending: readonly PendingTensor[]): Map<TorchStorage, PendingTensor[]> {
  const groups = new Map<TorchStorage, PendingTensor[]>();
  for (const tensor of pending) {
    const group = groups.get(tensor.storage);
    if (group) group.push(tensor);
    else groups.set(tensor.storage, [tensor]);
  }
  return groups;
}

/** Gives tensors their elements, out of the bytes of their storage. */
class StorageLoader {
  readonly #file: string;
  readonly #order: "little" | "big";
  /** Views with stride 0 could ask for any number of copies from a small file. */
  readonly #budget: MemoryBudget;

  constructor(file: string, order: "little" | "big", budget: MemoryBudget) {
    this.#file = file;
    this.#order = order;
    this.#budget = budget;
  }

  /** A storage is decoded once for each type, whatever the number of its views. */
  fill(tensors: readonly PendingTensor[], bytes: Uint8Array): void {
    const decoded = new Map<string, ElementArray>();
    for (const { tensor, storage, format, start, offset, strides } of tensors) {
      const { bytes: width } = ELEMENT_FORMATS[format];
      const shift = start % width;
      const key = `${format} ${shift}`;
      let elements = decoded.get(key);
      if (!elements) {
        elements = decodeElements(
          bytes.subarray(shift),
          format,
          `${this.#file}: storage ${quoted(storage.key)}`,
          this.#order,
        );
        if (elements.buffer !== bytes.buffer) this.#budget.take(elements.byteLength);
        decoded.set(key, elements);
      }
      const first = (start - shift) / width + offset;
      const count = sizeOf(tensor.shape);
      if (isRowMajor(tensor.shape, strides)) {
        tensor.data = elements.subarray(first, first + count);
      } else {
        this.#budget.take(count * BYTES_PER_ELEMENT[tensor.dtype]);
        tensor.data = gather(elements, tensor.dtype, first, tensor.shape, strides);
      }
    }
  }
}
