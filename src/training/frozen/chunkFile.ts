import { writeFileAtomic } from "../../files/atomic.ts";
import { crc32 } from "../../files/crc32.ts";
import { openFile } from "../../files/fileAccess.ts";

/** Where a row lies. */
export interface RowPlace {
  readonly path: string;
  readonly offset: number;
  readonly crc: number;
}

const MAGIC = new TextEncoder().encode("STRROWS1");
const START = MAGIC.length + 8;

/**
 * Writes rows of one size with their keys: eight bytes that say what it is, the length and the CRC-32 of a header, the header
 * (JSON: the keys, and a CRC-32 for each row), the rows.
 * @throws StriateError `io`
 */
export async function writeChunk(path: string, rows: ReadonlyMap<string, Uint8Array>): Promise<number> {
  const crcs = [...rows.values()].map((row) => crc32(row));
  const [first] = rows.values();
  const header = new TextEncoder().encode(JSON.stringify({ size: first?.length ?? 0, keys: [...rows.keys()], crcs }));
  const numbers = new DataView(new ArrayBuffer(8));
  numbers.setUint32(0, header.length, true);
  numbers.setUint32(4, crc32(header), true);
  const chunks = [MAGIC, new Uint8Array(numbers.buffer), header, ...rows.values()];
  await writeFileAtomic(path, chunks);
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

/** Where the rows of a chunk lie, by their keys; none where the file is not whole. */
export async function rowsIn(path: string, size: number): Promise<ReadonlyMap<string, RowPlace>> {
  const file = await openFile(path);
  try {
    const start = await file.read(0, START);
    const numbers = new DataView(start.buffer, start.byteOffset);
    const length = numbers.getUint32(MAGIC.length, true);
    if (!MAGIC.every((byte, i) => byte === start[i]) || START + length > file.size) return new Map();
    const header = await file.read(START, length);
    if (crc32(header) !== numbers.getUint32(MAGIC.length + 4, true)) return new Map();
    const { keys, crcs, ...rest } = JSON.parse(new TextDecoder().decode(header)) as Header;
    if (rest.size !== size || START + length + keys.length * size !== file.size) return new Map();
    return new Map(
      keys.map((key, i) => [key, { path, offset: START + length + i * size, crc: crcs[i] ?? 0 }] as const),
    );
  } finally {
    await file.close();
  }
}

interface Header {
  readonly size: number;
  readonly keys: readonly string[];
  readonly crcs: readonly number[];
}

/** A row, if it is as it was written. */
export async function readRow({ path, offset, crc }: RowPlace, size: number): Promise<Uint8Array | undefined> {
  const file = await openFile(path);
  try {
    const row = await file.read(offset, size);
    return crc32(row) === crc ? row : undefined;
  } finally {
    await file.close();
  }
}
