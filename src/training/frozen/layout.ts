import type { Tensors } from "../../engine/index.ts";
import type { Value } from "../../graph/index.ts";
import { at, bytesOf, type Tensor, zeros } from "../../tensor/index.ts";

/** What is kept of one example: a row of each of some values [batch, ...], one after the other. */
export interface RowLayout {
  readonly size: number;
  readonly parts: readonly {
    readonly value: Value;
    /** Where it lies in a row, and how many bytes it takes. */
    readonly offset: number;
    readonly size: number;
  }[];
}

export function rowLayout(values: readonly Value[]): RowLayout {
  let offset = 0;
  const parts = values.map((value) => {
    const size = bytesOf(value) / at(value.shape, 0);
    const part = { value, offset, size };
    offset += size;
    return part;
  });
  return { size: offset, parts };
}

/** A row of tensors, copied. */
export function rowAt({ parts, size }: RowLayout, tensors: Tensors, row: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (const { value, offset, size } of parts) {
    const tensor = tensors[value.name];
    if (tensor) bytes.set(bytesIn(tensor).subarray(row * size, (row + 1) * size), offset);
  }
  return bytes;
}

/** Tensors of rows. */
export function tensorsOf({ parts }: RowLayout, rows: readonly Uint8Array[]): Record<string, Tensor> {
  return Object.fromEntries(
    parts.map(({ value, offset, size }) => {
      const tensor = zeros(value.dtype, [rows.length, ...value.shape.slice(1)]);
      const bytes = bytesIn(tensor);
      for (const [i, row] of rows.entries()) bytes.set(row.subarray(offset, offset + size), i * size);
      return [value.name, tensor];
    }),
  );
}

/** Tensors filled up with copies of their last row. */
export function filledUp(tensors: Tensors, batch: number): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const [count = 0, ...rest] = tensor.shape;
      if (count === batch) return [name, tensor];
      const filled = zeros(tensor.dtype, [batch, ...rest]);
      const [from, to] = [bytesIn(tensor), bytesIn(filled)];
      const size = from.length / count;
      to.set(from);
      for (let row = count; row < batch; row++) to.set(from.subarray((count - 1) * size), row * size);
      return [name, filled];
    }),
  );
}

function bytesIn({ data }: Tensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
