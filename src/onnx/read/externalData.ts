import { nameText, quoted } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { TensorProto } from "../onnx_pb.ts";

/**
 * Reads part of a file beside the model. The location is a relative path with `/` that does not leave the model's
 * folder; the reader has to check that no link leads out of it.
 */
export type ReadExternal = (location: string, offset: number, length: number) => Uint8Array;

/** The bytes of a tensor that the model keeps in another file, of which there must be `wanted`. */
export function externalBytes(
  { externalData }: TensorProto,
  expected: number,
  where: string,
  readExternal: ReadExternal | undefined,
): Uint8Array {
  const entries = new Map(externalData.map(({ key, value }) => [key, value]));
  const location = safeLocation(entries.get("location"), where);
  const offset = number(entries.get("offset") ?? "0", "offset", where);
  const length = number(entries.get("length") ?? String(expected), "length", where);
  if (length !== expected) {
    throw new StriateError(
      "data",
      `${where} needs ${expected} bytes, but ${length} of ${nameText(location)} are said to be its own; the file is damaged`,
    );
  }
  if (!readExternal) {
    throw new StriateError("data", `${where} is in the file ${nameText(location)}; give readExternal, which reads it`);
  }
  const bytes = readExternal(location, offset, length);
  if (bytes.length !== length) {
    throw new StriateError(
      "data",
      `${where} has its ${length} bytes in ${nameText(location)} from ${offset} on, where there are only ${bytes.length}; get the whole file`,
    );
  }
  return bytes;
}

/** @throws StriateError `data` for a path that is absolute, leaves its folder, or is not written in ONNX's way. */
function safeLocation(location: string | undefined, where: string): string {
  if (!location) throw new StriateError("data", `${where} is in another file, but the model does not say which`);
  const parts = location.split("/").filter((part) => part !== ".");
  const odd = parts.some((part) => part === "" || part === "..") || /[\\:\0]/.test(location);
  if (odd) {
    throw new StriateError(
      "data",
      `${where} is in the file ${quoted(location)}; Striate only reads files in the model's own folder, by a relative path without ".."`,
    );
  }
  return parts.join("/");
}

function number(text: string, name: string, where: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new StriateError("data", `${where} has the ${name} ${quoted(text)}, which is no count of bytes`);
}
