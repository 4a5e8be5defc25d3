import { asError, StriateError } from "../../errors.ts";
import type { Hdf5Part } from "./contents.ts";
import { type H5Module, WritableFile, WritableGroup } from "./h5wasm.ts";
import { mount, sizeOf, takeErrors, unmount } from "./virtualFile.ts";

/** The written file is kept in pieces of this size, so that growing it moves nothing. */
const PAGE_BYTES = 2 ** 22;

let written = 0;

/** An HDF5 file in the making, as h5py writes it: contiguous datasets, little-endian, text as UTF-8. */
export class Hdf5Writer {
  readonly #library: H5Module;
  readonly #place = `/made${written++}`;
  readonly #pages: Uint8Array<ArrayBuffer>[] = [];
  readonly #file: WritableFile;
  readonly #groups = new Set([""]);

  constructor(library: H5Module) {
    this.#library = library;
    takeErrors(library);
    mount(library, this.#place, {
      size: 0,
      read: (into, position) => this.#each(into, position, (page, part) => part.set(page)),
      write: (from, position) => this.#each(from, position, (page, part) => page.set(part)),
    });
    this.#file = new WritableFile(this.#place, "w");
  }

  #each(bytes: Uint8Array, position: number, copy: (page: Uint8Array, part: Uint8Array) => void): number {
    for (let done = 0; done < bytes.length; ) {
      const [page, begin] = [Math.floor((position + done) / PAGE_BYTES), (position + done) % PAGE_BYTES];
      while (this.#pages.length <= page) this.#pages.push(new Uint8Array(PAGE_BYTES));
      const length = Math.min(bytes.length - done, PAGE_BYTES - begin);
      copy(this.#pages[page]?.subarray(begin, begin + length) ?? bytes, bytes.subarray(done, done + length));
      done += length;
    }
    return bytes.length;
  }

  /** @throws StriateError `io` that names the part when the library refuses it; memory is short then. */
  add(part: Hdf5Part): void {
    const name = "dataset" in part ? part.dataset : part.group;
    try {
      if ("dataset" in part) this.#addDataset(part);
      else this.#addAttributes(part);
    } catch (thrown) {
      throw new StriateError("io", `HDF5: ${name} could not be written: ${asError(thrown).message}`, { cause: thrown });
    }
    const printed = takeErrors(this.#library);
    if (printed !== "") throw new StriateError("io", `HDF5: ${name} could not be written: ${printed}`);
  }

  #addDataset({ dataset, shape, data }: Extract<Hdf5Part, { dataset: string }>): void {
    const [parent, name] = split(dataset);
    const dtype = data instanceof Float32Array ? "<f" : data instanceof Int32Array ? "<i" : "<I";
    this.#group(parent).create_dataset({ name, data, shape: [...shape], dtype });
  }

  #addAttributes({ group: path, attributes }: Extract<Hdf5Part, { group: string }>): void {
    const group = this.#group(path);
    for (const [name, value] of Object.entries(attributes)) {
      group.create_attribute(name, typeof value === "string" ? value : [...value]);
    }
  }

  #group(path: string) {
    if (!this.#groups.has(path)) {
      const [parent, name] = split(path);
      this.#group(parent).create_group(name);
      this.#groups.add(path);
    }
    return path === "" ? this.#file : new WritableGroup(this.#file.file_id, `/${path}`);
  }

  /** The file's bytes in order. */
  finish(): Uint8Array<ArrayBuffer>[] {
    this.#file.close();
    const size = sizeOf(this.#library, this.#place);
    unmount(this.#library, this.#place);
    return this.#pages.map((page, i) => page.subarray(0, Math.max(0, Math.min(PAGE_BYTES, size - i * PAGE_BYTES))));
  }
}

function split(path: string): [parent: string, name: string] {
  const cut = path.lastIndexOf("/");
  return cut < 0 ? ["", path] : [path.slice(0, cut), path.slice(cut + 1)];
}
