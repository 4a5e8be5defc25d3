import { parseJson } from "../../checks/index.ts";
import { dataError } from "../../files/dataError.ts";

/** An object of JSON. */
export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The configuration of Keras's largest net, NASNetLarge, has 1.1 million characters. */
const MOST_CHARACTERS = 2 ** 24;

/** @throws StriateError `data` that names the file unless the text is a JSON object of a sensible size. */
export function parseRecord(text: string, file: string): JsonRecord {
  if (text.length > MOST_CHARACTERS) {
    throw dataError(file, `has ${text.length} characters of JSON; the limit is ${MOST_CHARACTERS}`);
  }
  const value = parseJson(text, (what, cause) => dataError(file, what, { cause }));
  if (isRecord(value)) return value;
  throw dataError(file, "is no JSON object, as a Keras config is");
}
