import { withRoom } from "./kernels.ts";

/** Bytes as float32, each divided by a number and rounded once; written to `target` from `to` on. */
export function divideBytes(bytes: Uint8Array, divisor: number, target: Float32Array, to: number): void {
  withRoom([bytes.length, bytes.length * 4], ({ kernels, buffer, parts: [from = 0, into = 0] }) => {
    new Uint8Array(buffer, from).set(bytes);
    kernels.divideBytes(from, into, bytes.length, divisor);
    target.set(new Float32Array(buffer, into, bytes.length), to);
  });
}
