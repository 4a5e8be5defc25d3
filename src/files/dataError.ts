import { StriateError } from "../errors.ts";

/** The error of a file that is not what it should be: which file, what is wrong with it, what to do. */
export function dataError(file: string, what: string, options?: ErrorOptions): StriateError {
  return new StriateError("data", `${file}: ${what}`, options);
}
