import { terminalText } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import { DONE, FAILED, INTERRUPTED, USED_WRONGLY } from "../exitCodes.ts";

/**
 * Where a command writes: results and events on standard output, notes and errors on standard error. Whatever is in the
 * text, a terminal gets no control codes of it.
 */
export interface Output {
  readonly json: boolean;
  /** A result: a line of JSON for machines, text for people. */
  result(data: object, text: string): void;
  /** Something that happened in a longer command: a line of JSON for machines, nothing for people. */
  event(data: object): void;
  /** A step of a longer command for people: on standard output, so that a log holds it; with --json on standard error. */
  tell(text: string): void;
  /** A note for people, on standard error. */
  say(text: string): void;
  /** Has something taken from the terminal's last line before anything else is written, and at the end. */
  clearBeforeWriting(clear: () => void): void;
  /** Reports an error, in JSON on standard output or as text on standard error. @returns the exit code */
  fail(error: Error): number;
  /**
   * Waits until everything is written. A result that could not be is a failure, unless whoever reads the output has stopped
   * reading, as `head` does.
   * @param exitCode that of the command
   * @returns the exit code
   */
  finish(exitCode: number): Promise<number>;
}

export interface OutputOptions {
  /** Standard output holds one JSON object a line and nothing else. */
  readonly json: boolean;
  /** Errors come with their stack traces. */
  readonly debug: boolean;
}

export function createOutput({ json, debug }: OutputOptions): Output {
  let failure: NodeJS.ErrnoException | undefined;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // The terminal that has hung up reads no more either.
    if (error.code !== "EPIPE" && error.code !== "EIO") failure ??= error;
  });
  // What people read meanwhile is no result.
  process.stderr.on("error", () => undefined);
  let clear = () => {};
  const writeLine = (stream: NodeJS.WriteStream, line: string) => {
    clear();
    stream.write(`${line}\n`);
  };
  const print = (text: string) => writeLine(process.stdout, text);
  const say = (text: string) => writeLine(process.stderr, terminalText(text));
  const event = (data: object) => void (json && print(jsonLine(data)));
  return {
    json,
    event,
    say,
    clearBeforeWriting: (next) => {
      clear = next;
    },
    tell: (text) => (json ? say(text) : print(terminalText(text))),
    result: (data, text) => (json ? event(data) : print(terminalText(text))),
    fail: (error) => {
      const code = error instanceof StriateError ? error.code : "internal";
      const expected = code !== "internal" || debug;
      const message = expected ? error.message : `${error.message} (unexpected; --debug shows where)`;
      event({ error: { code, message } });
      if (!json || failure) say(`striate: ${message}`);
      if (debug) say(traceOf(error));
      return code === "usage" ? USED_WRONGLY : code === "interrupted" ? INTERRUPTED : FAILED;
    },
    finish: async (exitCode) => {
      clear();
      await new Promise((resolve) => process.stdout.write("", resolve));
      // The event of an error comes after the callback of the write that met it.
      await new Promise((resolve) => setImmediate(resolve));
      if (!failure) return exitCode;
      say(`striate: standard output could not be written: ${failure.message}`);
      return exitCode === DONE ? FAILED : exitCode;
    },
  };
}

/** JSON escapes what is below U+0020; terminals also obey what follows U+007E. */
function jsonLine(data: object): string {
  return JSON.stringify(data).replace(/[\u007f-\u009f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function traceOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${traceOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
