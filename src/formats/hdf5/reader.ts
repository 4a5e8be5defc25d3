import { MemoryBudget, type MemoryOptions, nameText } from "../../checks/index.ts";
import { asError, StriateError } from "../../errors.ts";
import type { Shape } from "../../tensor/index.ts";
import type { Hdf5Attributes, Hdf5Contents, Hdf5Dataset } from "./contents.ts";
import { bytesPerElement, elementType, toFloat32 } from "./elements.ts";
import type { H5Module } from "./h5wasm.ts";
import { mount, takeErrors, unmount, type VirtualFile } from "./virtualFile.ts";

/** The largest net of Keras has about 6000 groups and datasets; a file with a cycle of links has endlessly many. */
const MOST_OBJECTS = 30_000;
const DEEPEST = 40;
/** Text of one attribute: the configuration of a large net has about a megabyte. */
const MOST_TEXT = 2 ** 26;
/** What is copied out of the library's memory at a time. */
const SLICE_BYTES = 2 ** 23;

let opened = 0;

/** An HDF5 file that is open for reading. `name` is what messages call it. */
export class Hdf5Reader {
  readonly contents: Hdf5Contents;
  readonly #library: H5Module;
  readonly #name: string;
  readonly #place: string;
  readonly #handle: bigint;
  readonly #size: number;
  readonly #budget: MemoryBudget;

  /** @throws StriateError `data` that names the file when it is no HDF5 file, damaged, or not of this kind. */
  constructor(library: H5Module, file: VirtualFile, name: string, options: MemoryOptions = {}) {
    this.#library = library;
    this.#name = name;
    this.#size = file.size;
    this.#budget = new MemoryBudget(name, file.size, options);
    this.#place = `/file${opened++}`;
    takeErrors(library);
    mount(library, this.#place, file);
    this.#handle = this.#try("cannot be opened as HDF5", () =>
      library.open(this.#place, library.H5F_ACC_RDONLY, false, -1, -1),
    );
    if (this.#handle < 0n) {
      unmount(library, this.#place);
      throw this.#error("cannot be opened as HDF5");
    }
    this.contents = this.#try("cannot be read", () => this.#list());
  }

  #list(): Hdf5Contents {
    const groups = new Map<string, Hdf5Attributes>();
    const datasets = new Map<string, Hdf5Dataset>();
    const visit = (path: string, depth: number) => {
      if (depth > DEEPEST || groups.size + datasets.size > MOST_OBJECTS) {
        throw this.#error(
          `has groups in groups without end (more than ${MOST_OBJECTS} of them, or ${DEEPEST} levels): no file of ` +
            "weights is like that",
        );
      }
      groups.set(path, this.#attributes(path));
      for (const name of this.#library.get_names(this.#handle, path === "" ? "/" : path, false)) {
        const member = path === "" ? name : `${path}/${name}`;
        const type = this.#library.get_type(this.#handle, member);
        if (type === this.#library.H5G_GROUP) visit(member, depth + 1);
        else if (type === this.#library.H5G_DATASET) datasets.set(member, this.#describe(member));
      }
    };
    visit("", 0);
    return { groups, datasets };
  }

  #attributes(path: string): Hdf5Attributes {
    const library = this.#library;
    const at = path === "" ? "/" : path;
    const found: Record<string, string | readonly string[]> = Object.create(null);
    for (const name of library.get_attribute_names(this.#handle, at)) {
      const value = readText(library, this.#handle, at, name);
      if (value === undefined) continue;
      // Many texts of a file can be one and the same in it.
      const characters = typeof value === "string" ? value.length : value.reduce((sum, { length }) => sum + length, 0);
      this.#budget.take(2 * characters);
      found[name] = value;
    }
    return found;
  }

  #describe(path: string): Hdf5Dataset {
    const metadata = this.#library.get_dataset_metadata(this.#handle, path);
    const type = metadata.virtual_sources ? "virtual" : elementType(metadata);
    return { shape: metadata.shape ?? [], type, readable: metadata.shape !== null && bytesPerElement(type) > 0 };
  }

  /**
   * A dataset's elements as float32.
   * @throws StriateError `data` that names the file and the dataset
   */
  read(path: string): Float32Array<ArrayBuffer> {
    const where = `its dataset ${nameText(path)} `;
    const dataset = this.contents.datasets.get(path);
    if (!dataset?.readable) {
      throw this.#error(dataset ? `${where}has elements of type ${dataset.type}` : `has no dataset ${nameText(path)}`);
    }
    const count = dataset.shape.reduce((product, size) => product * size, 1);
    const elementBytes = bytesPerElement(dataset.type);
    const { chunks } = this.#library.get_dataset_metadata(this.#handle, path);
    if (!chunks && count * elementBytes > this.#size) {
      throw this.#error(
        `${where}is said to have ${count} elements, more than a file of ${this.#size} bytes can hold: it is damaged`,
      );
    }
    // The library holds a chunk as a whole, and a chunk may be larger than the dataset.
    const chunkBytes = chunks?.reduce((product, size) => product * size, elementBytes) ?? 0;
    this.#budget.take(count * Float32Array.BYTES_PER_ELEMENT + chunkBytes);
    return this.#try(`${where}cannot be read`, () => this.#readSlices(path, dataset, count, chunks));
  }

  #readSlices(path: string, { shape, type }: Hdf5Dataset, count: number, chunks: readonly number[] | null) {
    const all = new Float32Array(count);
    const elementBytes = bytesPerElement(type);
    const library = this.#library;
    const memory = library._malloc(Math.max(1, largestSlice(shape, elementBytes, chunks)));
    if (memory === 0) throw this.#error(`its dataset ${nameText(path)} does not fit into memory`);
    try {
      let done = 0;
      for (const { offset, size } of slices(shape, elementBytes, chunks)) {
        const elements = size.reduce((product, extent) => product * extent, 1);
        const [from, extents] = [offset.map(BigInt), size.map(BigInt)];
        const strides = shape.map(() => 1n);
        const status =
          shape.length === 0
            ? library.get_dataset_data(this.#handle, path, null, null, null, BigInt(memory))
            : library.get_dataset_data(this.#handle, path, extents, from, strides, BigInt(memory));
        if (status < 0) throw this.#error(`its dataset ${nameText(path)} cannot be read`);
        const bytes = library.HEAPU8.subarray(memory, memory + elements * elementBytes);
        toFloat32(bytes, type, all.subarray(done, done + elements));
        done += elements;
      }
      return all;
    } finally {
      library._free(memory);
    }
  }

  close(): void {
    this.#library.close_file(this.#handle);
    unmount(this.#library, this.#place);
  }

  /** What the library itself says is the deepest line of what it prints. */
  #error(message: string): StriateError {
    const reasons = [...takeErrors(this.#library).matchAll(/^ *#\d+: .*?\): (.*)$/gm)];
    const reason = reasons.at(-1)?.[1];
    return new StriateError("data", `${this.#name}: ${message}${reason === undefined ? "" : ` (HDF5: ${reason})`}`);
  }

  #try<T>(message: string, action: () => T): T {
    try {
      return action();
    } catch (thrown) {
      if (thrown instanceof StriateError) throw thrown;
      throw new LibraryFailure(`${this.#name}: ${message}: the file is damaged (HDF5: ${asError(thrown).message})`, {
        cause: thrown,
      });
    }
  }
}

/** The library itself failed, and may have left its memory in any state: it must not be used again. */
export class LibraryFailure extends StriateError {
  constructor(message: string, options?: ErrorOptions) {
    super("data", message, options);
  }
}

interface Slice {
  readonly offset: readonly number[];
  readonly size: readonly number[];
}

/** The axis that is cut: everything after it fits into one slice. */
function cutAxis(shape: Shape, elementBytes: number): { readonly axis: number; readonly rowBytes: number } {
  let [axis, rowBytes] = [shape.length - 1, elementBytes];
  while (axis > 0 && rowBytes * (shape[axis] ?? 1) <= SLICE_BYTES) rowBytes *= shape[axis--] ?? 1;
  return { axis, rowBytes };
}

/** How many rows of the cut axis are read at once: whole chunks, so that each is decompressed once. */
function rowsAtOnce(shape: Shape, elementBytes: number, chunks: readonly number[] | null): number {
  const { axis, rowBytes } = cutAxis(shape, elementBytes);
  const rows = Math.max(1, Math.floor(SLICE_BYTES / rowBytes));
  const chunk = Math.min(chunks?.[axis] ?? 1, Math.max(1, Math.floor((8 * SLICE_BYTES) / rowBytes)));
  return Math.min(shape[axis] ?? 1, Math.max(chunk, rows - (rows % chunk)));
}

function largestSlice(shape: Shape, elementBytes: number, chunks: readonly number[] | null): number {
  return cutAxis(shape, elementBytes).rowBytes * rowsAtOnce(shape, elementBytes, chunks);
}

/** A dataset in pieces that follow each other in row-major order. */
function* slices(shape: Shape, elementBytes: number, chunks: readonly number[] | null): Generator<Slice> {
  if (shape.some((size) => size === 0)) return;
  const { axis } = cutAxis(shape, elementBytes);
  const rows = rowsAtOnce(shape, elementBytes, chunks);
  const index = shape.map(() => 0);
  const extent = shape[axis] ?? 1;
  for (;;) {
    for (let begin = 0; begin < extent; begin += rows) {
      yield {
        offset: index.map((value, i) => (i === axis ? begin : value)),
        size: shape.map((size, i) => (i < axis ? 1 : i === axis ? Math.min(rows, extent - begin) : size)),
      };
    }
    let carry = axis - 1;
    while (carry >= 0) {
      const next = (index[carry] ?? 0) + 1;
      index[carry] = next;
      if (next < (shape[carry] ?? 1)) break;
      index[carry--] = 0;
    }
    if (carry < 0) return;
  }
}

/** An attribute that is text or a list of texts. */
function readText(library: H5Module, handle: bigint, at: string, name: string): string | string[] | undefined {
  const metadata = library.get_attribute_metadata(handle, at, name);
  const { shape, size, total_size: count, vlen } = metadata;
  const isText = metadata.type === library.H5T_class_t.H5T_STRING.value;
  if (!isText || shape === null || count * size > MOST_TEXT || count * size <= 0) return undefined;
  const memory = library._malloc(count * size);
  if (memory === 0) return undefined;
  try {
    if (library.get_attribute_data(handle, at, name, BigInt(memory)) < 0) return undefined;
    const texts = Array.from({ length: count }, (_, i) => {
      const begin = memory + i * size;
      if (vlen) return library.UTF8ToString(new DataView(library.HEAPU8.buffer).getUint32(begin, true));
      const bytes = library.HEAPU8.subarray(begin, begin + size);
      const end = bytes.indexOf(0);
      return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
    });
    if (vlen) library.reclaim_vlen_memory(handle, at, name, BigInt(memory));
    return shape.length === 0 ? texts[0] : texts;
  } finally {
    library._free(memory);
  }
}
