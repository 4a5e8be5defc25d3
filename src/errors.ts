/** What went wrong, as a word that a program can test. */
export type ErrorCode =
  | "usage" // an option, a name or a value that cannot be meant
  | "data" // a file or an array that is not what it should be
  | "shape" // shapes or types that do not fit together
  | "engine" // an engine that is missing or that failed
  | "checkpoint" // a checkpoint that is damaged or belongs to another model
  | "nan-loss" // training diverged
  | "io" // the disk refused
  | "network" // a server refused or could not be reached, or what it sent is not what it should be
  | "interrupted" // stopped by the user
  | "internal"; // a rule of ours is broken

/**
 * Every error that Striate throws on purpose. The message names the thing, says what was expected and what came,
 * and what to do about it; `code` is for programs.
 *
 * Messages name what files hold, and files come from anybody: whatever a message is made of, it has no character that
 * speaks to a terminal, and a length that a person can read.
 */
export class StriateError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(messageText(message), options);
    this.name = "StriateError";
    this.code = code;
  }
}

/** The error of a rule that Striate itself must keep: reaching it is a bug, not a wrong use. */
export function internalError(message: string): StriateError {
  return new StriateError("internal", `${message} (this is a bug in Striate)`);
}

/** Any thrown value as an `Error`. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Two pages; the names in a message are shortened one by one before, where they are known to be names. */
const LONGEST_MESSAGE = 8000;

function messageText(message: string): string {
  if (message.length <= LONGEST_MESSAGE) return escapeUnsafe(message, /[\n\t]/);
  const [head, tail] = [message.slice(0, LONGEST_MESSAGE * 0.75), message.slice(-LONGEST_MESSAGE * 0.25)];
  const left = message.length - head.length - tail.length;
  return escapeUnsafe(`${head}... (${left} characters more) ...${tail}`, /[\n\t]/);
}

/**
 * A text with the characters that break a line, turn its direction or speak to a terminal written as JSON writes them.
 * @param kept those of them that may stay
 */
export function escapeUnsafe(text: string, kept?: RegExp): string {
  return text.replace(UNSAFE, (character) => {
    if (kept?.test(character)) return character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Controls, halves of surrogate pairs, line and paragraph separators, and marks that turn the direction of writing. */
const UNSAFE = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
