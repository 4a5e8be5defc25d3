import { isSoundHeap } from "./globalHeap.ts";
import type { H5Module } from "./h5wasm.ts";

/** What the HDF5 library sees of the world: one file, whose bytes come from and go to here. */
export interface VirtualFile {
  readonly size: number;
  /** Fills `into` from `position` on; gives the number of bytes, less than asked at the end. */
  read(into: Uint8Array, position: number): number;
  write?(from: Uint8Array, position: number): void;
}

/** The parts of Emscripten's file system that we use; its own types do not tell them. */
interface FileSystem {
  writeFile(path: string, bytes: Uint8Array): void;
  unlink(path: string): void;
  lookupPath(path: string): { readonly node: FileNode };
  getStream(descriptor: number): { tty?: { ops: object } } | null;
}

interface FileNode {
  usedBytes: number;
  stream_ops: object;
  node_ops: object;
}

/**
 * Puts a file into the library's own, empty file system. It holds nothing else: links and external data that a file
 * names lead nowhere.
 */
export function mount(library: H5Module, path: string, file: VirtualFile): void {
  const system = library.FS as unknown as FileSystem;
  system.writeFile(path, new Uint8Array(0));
  const { node } = system.lookupPath(path);
  node.usedBytes = file.size;
  node.stream_ops = {
    ...node.stream_ops,
    read: (_stream: object, heap: Int8Array, offset: number, length: number, position: number) => {
      const count = Math.max(0, Math.min(length, node.usedBytes - position));
      const into = new Uint8Array(heap.buffer, heap.byteOffset + offset, count);
      into.fill(0, file.read(into, position));
      const whole = (heap: number) => {
        const bytes = new Uint8Array(Math.max(0, Math.min(heap, node.usedBytes - position)));
        return bytes.subarray(0, file.read(bytes, position));
      };
      if (!isSoundHeap(into, whole)) throw new Error(`the heap of texts at byte ${position} is damaged`);
      return count;
    },
    write: (_stream: object, heap: Int8Array, offset: number, length: number, position: number) => {
      file.write?.(new Uint8Array(heap.buffer, heap.byteOffset + offset, length), position);
      node.usedBytes = Math.max(node.usedBytes, position + length);
      return length;
    },
  };
  node.node_ops = {
    ...node.node_ops,
    setattr: (_node: object, { size }: { readonly size?: number }) => {
      if (size !== undefined) node.usedBytes = size;
    },
  };
}

/** The size that a file has grown to. */
export function sizeOf(library: H5Module, path: string): number {
  return (library.FS as unknown as FileSystem).lookupPath(path).node.usedBytes;
}

export function unmount(library: H5Module, path: string): void {
  (library.FS as unknown as FileSystem).unlink(path);
}

const captured = new WeakMap<H5Module, number[]>();
const MOST_CAPTURED = 20_000;

/** What the library has printed about its errors since this was last called; from the first call on none is shown. */
export function takeErrors(library: H5Module): string {
  const codes = captured.get(library) ?? [];
  if (!captured.has(library)) {
    captured.set(library, codes);
    const standardError = (library.FS as unknown as FileSystem).getStream(2);
    const put_char = (_terminal: object, code: number) => void (codes.length < MOST_CAPTURED && codes.push(code));
    if (standardError?.tty) standardError.tty.ops = { put_char, fsync: () => {} };
  }
  const text = String.fromCharCode(...codes);
  codes.length = 0;
  return text;
}
