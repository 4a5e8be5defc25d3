import { StriateError } from "../errors.ts";
import { MODULE } from "./module.ts";

// What is used of WebAssembly, which Node's types do not have; the DOM's would bring all of it.
interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

/** The functions of `assembly`, where they are described; numbers of type usize are places in the memory, in bytes. */
export interface Kernels {
  readonly memory: Memory;
  affineLinear(
    source: number,
    target: number,
    height: number,
    width: number,
    channels: number,
    rowStride: number,
    columnStride: number,
    channelStride: number,
    start: number,
    rowStep: number,
    columnStep: number,
    a: number,
    b: number,
    rowOffset: number,
    c: number,
    d: number,
    columnOffset: number,
    mode: number,
    cval: number,
    gain: number,
  ): void;
  magnitudes(a: number, b: number, count: number): void;
  resizeColumns(
    source: number,
    stride: number,
    target: number,
    height: number,
    first: number,
    taps: number,
    weights: number,
  ): void;
  resizeRows(
    source: number,
    stride: number,
    target: number,
    height: number,
    width: number,
    channels: number,
    first: number,
    taps: number,
    weights: number,
  ): void;
  divideBytes(source: number, target: number, count: number, divisor: number): void;
  weightedSums(target: number, count: number, taps: number, tapCount: number, single: boolean): void;
}

/** The kernels, and room in their memory that is the caller's while its work lasts. */
export interface Workspace {
  readonly kernels: Kernels;
  readonly buffer: ArrayBuffer;
  /** Where each part begins, in bytes. */
  readonly parts: readonly number[];
}

const PAGE = 64 * 1024;
/** Kernels read and write whole vectors, so up to this many bytes after a part. */
const SLACK = 64;
/** A larger memory is given back after its use, for WebAssembly's memory only grows. */
const KEPT = 64 * 1024 * 1024;
const MOST = 65_536 * PAGE;

/** Kernels that nobody works with now. */
let idle: Kernels | undefined;

/**
 * Runs loops that are compiled to WebAssembly with SIMD, in this thread's memory.
 * @param sizes of the parts that are needed, in bytes; what they hold at first is undefined
 * @throws StriateError `data` where they are more than WebAssembly's 4 GiB, or than the machine gives
 */
export function withRoom<R>(sizes: readonly number[], work: (workspace: Workspace) => R): R {
  // Taken away while it is in use, so that work within work has a memory of its own.
  const kernels = idle ?? instantiate();
  idle = undefined;
  const { memory } = kernels;
  const parts: number[] = [];
  let end = SLACK;
  for (const size of sizes) {
    parts.push(end);
    end += Math.ceil((size + SLACK) / 16) * 16;
  }
  try {
    grow(memory, end);
    return work({ kernels, buffer: memory.buffer, parts });
  } finally {
    if (memory.buffer.byteLength <= KEPT) idle = kernels;
  }
}

function grow(memory: Memory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE);
  if (missing <= 0) return;
  const text = `a picture needs ${Math.ceil(bytes / 2 ** 20)} MiB to be worked on`;
  if (bytes > MOST) throw new StriateError("data", `${text}, and 4,096 are the most. Make it smaller first`);
  try {
    memory.grow(missing);
  } catch (thrown) {
    throw new StriateError("data", `${text}, which cannot be had. Make it smaller first`, { cause: thrown });
  }
}

function instantiate(): Kernels {
  const bytes = Uint8Array.from(atob(MODULE), (character) => character.charCodeAt(0));
  // What it exports is what assembly/index.ts says.
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Kernels;
}
