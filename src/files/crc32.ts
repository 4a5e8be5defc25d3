// CRC-32 as in zip and gzip (reflected polynomial 0xedb88320), eight bytes a step: TABLES[k][b] is the remainder of the
// byte b followed by k zero bytes.
const TABLES = makeTables();

function makeTables(): Uint32Array[] {
  const first = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
    first[byte] = rest;
  }
  const tables = [first];
  for (let k = 1; k < 8; k++) {
    tables.push(tables[k - 1]?.map((rest) => (rest >>> 8) ^ (first[rest & 255] ?? 0)) ?? first);
  }
  return tables;
}

const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES as [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
];

/**
 * The CRC-32 of bytes, as an unsigned number.
 * @param before the CRC-32 of what comes before them
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  const { buffer, byteOffset, length } = bytes;
  // Up to a multiple of 4, then by words, which is four times faster than by bytes.
  const head = -byteOffset & 3;
  if (length < head + 8) return ~byBytes(bytes, 0, length, ~before) >>> 0;
  const words = new Uint32Array(buffer, byteOffset + head, Math.floor((length - head) / 8) * 2);
  const crc = byWords(words, byBytes(bytes, 0, head, ~before));
  return ~byBytes(bytes, head + words.byteLength, length, crc) >>> 0;
}

function byBytes(bytes: Uint8Array, start: number, end: number, before: number): number {
  let crc = before;
  for (let i = start; i < end; i++) crc = (crc >>> 8) ^ (T0[(crc ^ (bytes[i] as number)) & 255] as number);
  return crc;
}

/** @param words little-endian, as all machines are that JavaScript runs on; an even number of them */
function byWords(words: Uint32Array, before: number): number {
  let crc = before;
  for (let i = 0; i + 1 < words.length; i += 2) {
    const low = crc ^ (words[i] as number);
    const high = words[i + 1] as number;
    crc =
      (T7[low & 255] as number) ^
      (T6[(low >>> 8) & 255] as number) ^
      (T5[(low >>> 16) & 255] as number) ^
      (T4[low >>> 24] as number) ^
      (T3[high & 255] as number) ^
      (T2[(high >>> 8) & 255] as number) ^
      (T1[(high >>> 16) & 255] as number) ^
      (T0[high >>> 24] as number);
  }
  return crc;
}
