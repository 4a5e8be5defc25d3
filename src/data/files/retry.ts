import { asError, StriateError } from "../../errors.ts";

/** What says that the system is short of something at this moment, and nothing about the file. */
const SHORTAGES = ["EMFILE", "ENFILE", "EAGAIN", "EBUSY", "ENOMEM", "ENOBUFS", "ETIMEDOUT", "EINTR"];

/** Milliseconds before each further attempt: files that others hold open are closed in such times. */
const PAUSES = [10, 30, 100, 300, 1000];

/** The system's own word for what went wrong, also where one of our errors has it as its cause. */
function systemCode(thrown: unknown): string | undefined {
  const { code, cause }: NodeJS.ErrnoException & { readonly cause?: unknown } = asError(thrown);
  if (!(thrown instanceof StriateError)) return code;
  return cause === undefined ? undefined : systemCode(cause);
}

/** Whether an error says nothing about the file: too many are open, or there is no memory. */
export function isShortage(thrown: unknown): boolean {
  return SHORTAGES.includes(systemCode(thrown) ?? "");
}

/**
 * Does something with a file, again after a while where the system was short of something.
 * @throws StriateError `io` where it still is; and whatever else goes wrong, at once
 */
export async function patiently<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES) {
    try {
      return await work();
    } catch (thrown) {
      if (!isShortage(thrown)) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  try {
    return await work();
  } catch (thrown) {
    if (!isShortage(thrown)) throw thrown;
    throw new StriateError(
      "io",
      `${path}: the system is out of something it needs to read files (${systemCode(thrown)}), and was so for ` +
        `${PAUSES.reduce((sum, pause) => sum + pause, 0) / 1000} s. With EMFILE or ENFILE raise the limit of open files ` +
        "(ulimit -n), or read with fewer workers",
      { cause: thrown },
    );
  }
}
