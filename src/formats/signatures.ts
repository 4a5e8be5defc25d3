// What the first bytes of files say.

/** Whether bytes have others at a place. */
export function startsWith(bytes: Uint8Array, signature: readonly number[], at = 0): boolean {
  return signature.every((byte, i) => bytes[at + i] === byte);
}

/** "PK" and 3, 4; or 5, 6 in an empty zip. */
export function isZip(bytes: Uint8Array): boolean {
  return startsWith(bytes, [0x50, 0x4b, 3, 4]) || startsWith(bytes, [0x50, 0x4b, 5, 6]);
}

/** The signature is at byte 0, or after a block of the user's of 512, 1024, 2048, ... bytes. */
export function isHdf5(bytes: Uint8Array): boolean {
  return [0, 512, 1024, 2048].some((at) => startsWith(bytes, [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], at));
}

/** The length of a header that the file has room for, and the header's first character. */
export function isSafetensors(bytes: Uint8Array, size: number): boolean {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  return length >= 2n && length <= BigInt(size - 8) && length <= 100_000_000n;
}
