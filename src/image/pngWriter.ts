// PNG (W3C Recommendation, third edition) of 8-bit pixels: browsers write one only of colours times alpha, and in 4 channels.
import type { Pixels } from "./codec.ts";

/** By the number of channels: grey, grey and alpha, colour, colour and alpha. */
const COLOUR_TYPES = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;

/** A PNG file that keeps every value. */
export async function writePng({ width, height, channels, data }: Pixels): Promise<Uint8Array<ArrayBuffer>> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, COLOUR_TYPES[channels]], 8);
  const packed = await deflated(filtered(data, width * channels, channels));
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const parts = [signature, chunk("IHDR", header), chunk("IDAT", packed), chunk("IEND", new Uint8Array(0))];
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

const UP = 2;
const PAETH = 4;

/** Each row as its differences from what Paeth's filter expects of its neighbours; the first from the row above, zero. */
function filtered(data: Uint8Array, stride: number, channels: number): Uint8Array<ArrayBuffer> {
  const rows = data.length / stride;
  const out = new Uint8Array(rows * (stride + 1));
  for (let row = 0, to = 0; row < rows; row++) {
    out[to++] = row === 0 ? UP : PAETH;
    for (let x = 0, i = row * stride; x < stride; x++, i++) {
      const left = x < channels ? 0 : (data[i - channels] ?? 0);
      const above = row === 0 ? 0 : (data[i - stride] ?? 0);
      const corner = row === 0 || x < channels ? 0 : (data[i - stride - channels] ?? 0);
      out[to++] = (data[i] ?? 0) - (row === 0 ? 0 : paeth(left, above, corner));
    }
  }
  return out;
}

/** Whichever of the three is nearest to left + above - corner. */
function paeth(left: number, above: number, corner: number): number {
  const [a, b, c] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Length, name, content and the CRC of the last two. */
function chunk(name: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(content.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(content, 8);
  view.setUint32(content.length + 8, crc32(bytes.subarray(4, content.length + 8)));
  return bytes;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}
