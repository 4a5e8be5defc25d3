import { dataError } from "./dataError.ts";

/** A file that is read by ranges: from memory, from a disk, from a browser's `File`. */
export interface RandomAccess {
  /** In bytes. */
  readonly size: number;
  /**
   * The bytes from `offset` on; of a file in memory a view, which the caller must not change.
   * @throws StriateError `data` where the file ends before them; `io` where they cannot be read
   */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A file that is already in memory; what is read are views of `bytes`. */
export function bytesAccess(bytes: Uint8Array, name: string): RandomAccess {
  const { buffer, byteOffset, length: size } = bytes;
  const view = buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, size) : new Uint8Array(bytes);
  return {
    size,
    async read(offset, length) {
      checkRange(size, offset, length, name);
      return view.subarray(offset, offset + length);
    },
  };
}

/** A file that a user has chosen in a browser, or any `Blob`: nothing is read before it is asked for. */
export function blobAccess(blob: Blob, name: string): RandomAccess {
  return {
    size: blob.size,
    async read(offset, length) {
      checkRange(blob.size, offset, length, name);
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
  };
}

/** A part of a file, as a file of its own. */
export function rangeAccess(source: RandomAccess, start: number, size: number, name: string): RandomAccess {
  checkRange(source.size, start, size, name);
  return {
    size,
    async read(offset, length) {
      checkRange(size, offset, length, name);
      return source.read(start + offset, length);
    },
  };
}

/** @throws StriateError `data` where a file of `size` bytes has no such range */
export function checkRange(size: number, offset: number, length: number, name: string): void {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw dataError(name, `is damaged: it names a range of ${length} bytes at byte ${offset}`);
  }
  if (offset + length > size) {
    throw dataError(
      name,
      `is cut short, or damaged: ${length} bytes at byte ${offset} are needed, but it has ${size}. Fetch it again`,
    );
  }
}
