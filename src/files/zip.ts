// The one file that names zip.js.
import { type FileEntry, Reader, Writer, ZipReader, ZipWriter } from "@zip.js/zip.js";
import { listed, MemoryBudget, quoted } from "../checks/index.ts";
import { asError, StriateError } from "../errors.ts";
import { crc32 } from "./crc32.ts";
import { dataError } from "./dataError.ts";
import { bytesAccess, type RandomAccess, rangeAccess } from "./randomAccess.ts";

/** A file in a zip, as the zip's directory describes it. */
export interface ZipEntry {
  /** The path in the zip, with "/" between its parts. */
  readonly name: string;
  /** Bytes when it is read. */
  readonly size: number;
  /** Whether its bytes lie in the zip as they are, not deflated. */
  readonly stored: boolean;
}

/** A zip file that is open for reading: nothing but its directory is read before it is asked for. */
export interface ZipArchive {
  /** By name, in the order of the directory; folders are left out. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** The text at the end of the zip, which belongs to no entry; as a rule empty. */
  readonly comment: string;
  /**
   * A whole entry, its CRC checked. A stored entry of a zip in memory is a view of it.
   * @param most the bytes that it may have, 2 GiB without
   * @throws StriateError `data` where there is none of this name, where it is longer, or damaged
   */
  read(name: string, most?: number): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * An entry to be read by ranges, of which the CRC is not checked: of a stored entry, ranges of the zip file itself; a
   * deflated one is inflated whole.
   * @throws StriateError `data` as `read`
   */
  open(name: string, most?: number): Promise<RandomAccess>;
}

const MOST_ENTRIES = 100_000;
const MOST_DIRECTORY_BYTES = 2 ** 26;
const MOST_ENTRY_BYTES = 2 ** 31;
/** No stream of deflate becomes longer than this many times its length. */
const MOST_DEFLATE_RATIO = 1032;

const METHOD_STORED = 0;
const METHOD_DEFLATED = 8;

/**
 * Opens a zip file, zip64 too, that may come from anybody. Refused are names that lead out of a folder, two entries of
 * one name, entries that share bytes, and encrypted ones.
 *
 * @param file what to call the zip in messages: its path
 * @param budget what its entries may take of memory, all that are read together
 * @throws StriateError `data`
 */
export async function openZip(
  source: RandomAccess,
  file: string,
  budget = new MemoryBudget(file, source.size),
): Promise<ZipArchive> {
  const all: FileEntry[] = [];
  const found = new Map<string, FileEntry>();
  let comment = "";
  try {
    // Not `strictness: "strict"`: PyTorch's own zips hold zip64 records that it takes for a second meaning.
    const options = { filenameValidation: "strict", maxAppendedDataSize: 0, useWebWorkers: false } as const;
    const reader = new ZipReader(new AccessReader(source, file), options);
    for await (const entry of reader.getEntriesGenerator()) {
      if (all.length >= MOST_ENTRIES)
        throw dataError(file, `has more than ${MOST_ENTRIES} entries, which is the limit`);
      if (found.has(entry.filename)) throw dataError(file, `has two entries ${quoted(entry.filename)}`);
      // A folder has no bytes to be read, but may have a place; what is said of it is checked as that of a file.
      all.push(entry as FileEntry);
      if (!entry.directory) found.set(entry.filename, entry);
    }
    comment = new TextDecoder().decode(reader.comment);
  } catch (thrown) {
    throw zipError(file, "is no zip file that can be read, or it is damaged", thrown);
  }
  const limits = entryLimits(all, source.size, file);

  const opened = async (name: string, most: number) => {
    const entry = found.get(name);
    if (!entry) {
      const names = listed(found.keys(), 5);
      throw dataError(file, `has no entry ${quoted(name)}; it has ${names === "" ? "none" : names}`);
    }
    checkEntry(entry, most, file);
    return { entry, range: await dataRange(source, entry, limits.get(entry) ?? 0, file) };
  };
  const inflated = (entry: FileEntry) => {
    budget.take(entry.uncompressedSize);
    return inflate(entry, file);
  };

  return {
    entries: new Map(Array.from(found, ([name, entry]) => [name, describe(entry)])),
    comment,
    async read(name, most = MOST_ENTRY_BYTES) {
      const { entry, range } = await opened(name, most);
      if (entry.compressionMethod !== METHOD_STORED) return inflated(entry);
      budget.take(range.size);
      const bytes = await range.read(0, range.size);
      checkCrc(bytes, entry, file);
      return bytes;
    },
    async open(name, most = MOST_ENTRY_BYTES) {
      const { entry, range } = await opened(name, most);
      if (entry.compressionMethod === METHOD_STORED) return range;
      return bytesAccess(await inflated(entry), whereIs(entry, file));
    },
  };
}

function whereIs({ filename }: FileEntry, file: string): string {
  return `${file}: entry ${quoted(filename)}`;
}

/**
 * For each entry where the next one begins, which its own bytes must end before: a zip of entries that share bytes becomes
 * many times larger than it is. The fields of an entry's own header can make it longer yet, which `dataRange` looks at.
 */
function entryLimits(entries: readonly FileEntry[], size: number, file: string): ReadonlyMap<FileEntry, number> {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  return new Map(
    sorted.map((entry, i) => {
      const limit = sorted[i + 1]?.offset ?? size;
      const end = entry.offset + LOCAL_HEADER_BYTES + entry.rawFilename.length + entry.compressedSize;
      if (end > limit) throw sharedBytes(entry, file);
      return [entry, limit];
    }),
  );
}

function sharedBytes(entry: FileEntry, file: string): StriateError {
  return dataError(whereIs(entry, file), "is damaged: its bytes reach into another entry's, or beyond the end");
}

function describe(entry: FileEntry): ZipEntry {
  return {
    name: entry.filename,
    size: entry.uncompressedSize,
    stored: entry.compressionMethod === METHOD_STORED,
  };
}

/** What the directory says of an entry is checked before a byte of it is read. */
function checkEntry(entry: FileEntry, most: number, file: string): void {
  const where = whereIs(entry, file);
  const { compressedSize, uncompressedSize, compressionMethod } = entry;
  if (entry.encrypted) throw dataError(where, "is encrypted; unpack the zip and pack it again without a password");
  if (compressionMethod !== METHOD_STORED && compressionMethod !== METHOD_DEFLATED) {
    throw dataError(where, `is compressed by method ${compressionMethod}; store it or deflate it`);
  }
  if (uncompressedSize > most) {
    throw dataError(where, `would have ${uncompressedSize} bytes, over the limit of ${most}`);
  }
  const possible = compressionMethod === METHOD_STORED ? compressedSize : compressedSize * MOST_DEFLATE_RATIO;
  if (uncompressedSize > possible || (compressionMethod === METHOD_STORED && uncompressedSize !== compressedSize)) {
    throw dataError(where, `is damaged: ${compressedSize} bytes cannot hold the ${uncompressedSize} that it declares`);
  }
}

const LOCAL_HEADER_BYTES = 30;

/** Where the bytes of an entry lie: after its local header, a name and an extra field of lengths of their own. */
async function dataRange(source: RandomAccess, entry: FileEntry, limit: number, file: string): Promise<RandomAccess> {
  const header = await source.read(entry.offset, LOCAL_HEADER_BYTES);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (view.getUint32(0, true) !== 0x04034b50 || view.getUint16(8, true) !== entry.compressionMethod) {
    throw dataError(whereIs(entry, file), "is damaged: its header and the zip's directory do not agree");
  }
  const start = entry.offset + LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  if (start + entry.compressedSize > limit) throw sharedBytes(entry, file);
  return rangeAccess(source, start, entry.compressedSize, file);
}

async function inflate(entry: FileEntry, file: string): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await entry.getData(new FixedWriter(entry.uncompressedSize), { useWebWorkers: false });
  } catch (thrown) {
    throw zipError(whereIs(entry, file), "is damaged", thrown);
  }
  checkCrc(bytes, entry, file);
  return bytes;
}

function checkCrc(bytes: Uint8Array, entry: FileEntry, file: string): void {
  if (crc32(bytes) !== entry.crc32) {
    const where = whereIs(entry, file);
    throw dataError(where, "is damaged: its CRC-32 is not the one in the zip's directory. Fetch the file again");
  }
}

function zipError(where: string, what: string, thrown: unknown): StriateError {
  const error = asError(thrown);
  if (error instanceof StriateError) return error;
  if (error.cause instanceof StriateError) return error.cause;
  const { reason } = error as { readonly reason?: unknown };
  const why = typeof reason === "string" ? `${error.message}: ${reason}` : error.message;
  return dataError(where, `${what} (${why})`, { cause: thrown });
}

/** A file of ours as zip.js reads it. */
class AccessReader extends Reader<RandomAccess> {
  readonly #source: RandomAccess;
  readonly #file: string;

  constructor(source: RandomAccess, file: string) {
    super(source);
    this.#source = source;
    this.#file = file;
    this.size = source.size;
  }

  override async readUint8Array(offset: number, length: number): Promise<Uint8Array> {
    if (length > MOST_DIRECTORY_BYTES) {
      throw dataError(this.#file, `has a zip directory of ${length} bytes, over the limit of ${MOST_DIRECTORY_BYTES}`);
    }
    return this.#source.read(offset, Math.max(0, Math.min(length, this.size - offset)));
  }
}

/** Takes the bytes that an entry declares, and not one more. */
class FixedWriter extends Writer<Uint8Array<ArrayBuffer>> {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(size: number) {
    super();
    this.#bytes = new Uint8Array(size);
  }

  override async writeUint8Array(chunk: Uint8Array): Promise<void> {
    if (this.#length + chunk.length > this.#bytes.length) {
      throw new Error(`it holds more than the ${this.#bytes.length} bytes that it declares`);
    }
    this.#bytes.set(chunk, this.#length);
    this.#length += chunk.length;
  }

  override async getData(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#length !== this.#bytes.length) {
      throw new Error(`it holds ${this.#length} of the ${this.#bytes.length} bytes that it declares`);
    }
    return this.#bytes;
  }
}

/** A file to put into a zip. */
export interface ZipFile {
  /** Its path in the zip, with "/" between the parts. */
  readonly name: string;
  /** Its bytes, or their parts in order. */
  readonly data: Uint8Array | readonly Uint8Array[];
  /** Deflates it; stored as it is without, which can be read by ranges. */
  readonly compress?: boolean;
}

/** 1980-01-01 00:00, the first moment that a zip can name: the same content is the same file whenever it is written. */
const DOS_DATE = (1 << 21) | (1 << 16);

/**
 * A zip file of these files in this order; the same files always give the same bytes.
 * @returns the file's parts in order, for `writeFileAtomic`
 */
export async function encodeZip(files: Iterable<ZipFile>, comment = ""): Promise<Uint8Array[]> {
  const chunks = new ChunkWriter();
  const zip = new ZipWriter(chunks, {
    useWebWorkers: false,
    // The runtime's own deflate differs from one to the next.
    useCompressionStream: false,
    extendedTimestamp: false,
    rawLastModDate: DOS_DATE,
    dataDescriptor: false,
  });
  for (const { name, data, compress = false } of files) {
    const parts = data instanceof Uint8Array ? [data] : data;
    const reader = new PartsReader(parts);
    if (compress) await zip.add(name, reader, { level: 6 });
    else {
      const crc = parts.reduce((before, part) => crc32(part, before), 0);
      // As it is, with all that the header says known before: nothing is held back or copied.
      const known = { compressionMethod: METHOD_STORED, crc32: crc, uncompressedSize: reader.size };
      await zip.add(name, reader, { passThrough: true, ...known });
    }
  }
  await zip.close(comment === "" ? undefined : new TextEncoder().encode(comment));
  return chunks.chunks;
}

/** The parts of a file one after the other, as zip.js reads them: views where a range lies in one part. */
class PartsReader extends Reader<readonly Uint8Array[]> {
  readonly #parts: readonly Uint8Array[];

  constructor(parts: readonly Uint8Array[]) {
    super(parts);
    this.#parts = parts;
    this.size = parts.reduce((sum, part) => sum + part.length, 0);
  }

  override async readUint8Array(offset: number, length: number): Promise<Uint8Array> {
    const end = Math.min(offset + length, this.size);
    const views: Uint8Array[] = [];
    let start = 0;
    for (const part of this.#parts) {
      const from = Math.max(offset - start, 0);
      const to = Math.min(end - start, part.length);
      if (from < to) views.push(part.subarray(from, to));
      start += part.length;
    }
    const [only] = views;
    if (views.length === 1 && only) return only;
    const joined = new Uint8Array(Math.max(0, end - offset));
    let place = 0;
    for (const view of views) {
      joined.set(view, place);
      place += view.length;
    }
    return joined;
  }
}

class ChunkWriter extends Writer<Uint8Array[]> {
  readonly chunks: Uint8Array[] = [];

  override async writeUint8Array(chunk: Uint8Array): Promise<void> {
    this.chunks.push(chunk);
  }

  override async getData(): Promise<Uint8Array[]> {
    return this.chunks;
  }
}
