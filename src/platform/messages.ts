import { type ErrorCode, StriateError } from "../errors.ts";

/** Which work a thread does. */
export type JobName = "engine" | "loader" | "hdf5";

/** What a port tells its thread. */
export type ToThread =
  | { readonly kind: "start"; readonly job: JobName; readonly setup: unknown }
  | { readonly kind: "ask"; readonly id: number; readonly request: unknown }
  /** Nothing more will be asked: what is being done is finished, and the thread ends. */
  | { readonly kind: "finish" };

/** What a thread tells its port. */
export type FromThread =
  /** Its modules are loaded. */
  | { readonly kind: "ready" }
  | { readonly kind: "result"; readonly id: number; readonly result: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: SentError };

/** An error crosses threads as its parts, because a class does not. */
export interface SentError {
  /** `undefined` for an error that is none of Striate's. */
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly stack: string | undefined;
  /** Whether the thread must not be asked again. */
  readonly isFatal: boolean;
}

export function sendError(error: Error, isFatal: boolean): SentError {
  const code = error instanceof StriateError ? error.code : undefined;
  return { code, message: error.message, stack: error.stack, isFatal };
}

/** @param foreign the code of an error that is none of Striate's */
export function receiveError({ code, message, stack }: SentError, foreign: ErrorCode): StriateError {
  const error = new StriateError(code ?? foreign, message);
  if (stack) error.stack = stack;
  return error;
}
