import { checkOptions, type OptionNames, wholeNumber } from "../../checks/index.ts";

/** Where what a frozen part of a net makes of the examples is kept. */
export interface FrozenCacheOptions {
  /** The most bytes of it in memory. Default 1 GiB. */
  readonly memoryBytes?: number;
  /** A folder to keep it in between runs as well. Default none. */
  readonly folder?: string;
  /** The most bytes that the folder may hold, what runs before have left in it too. Default 10 GiB. */
  readonly diskBytes?: number;
  /** Told once where the folder cannot be used: the run goes on without it. Default `console.warn`. */
  readonly onNote?: (note: string) => void;
}

const NAMES: OptionNames<FrozenCacheOptions> = { memoryBytes: true, folder: true, diskBytes: true, onNote: true };

/** The options with their defaults; nothing where it is switched off. @throws StriateError `usage` for budgets that are none */
export function frozenCacheOptions(where: string, given: boolean | FrozenCacheOptions = true) {
  if (given === false) return undefined;
  const options = given === true ? {} : given;
  checkOptions(where, options, NAMES);
  const { memoryBytes = 2 ** 30, diskBytes = 10 * 2 ** 30, folder, onNote = console.warn } = options;
  return {
    memoryBytes: wholeNumber(where, "memoryBytes", memoryBytes, { least: 0 }),
    diskBytes: wholeNumber(where, "diskBytes", diskBytes, { least: 0 }),
    folder,
    onNote,
  };
}

export type FrozenCacheSettings = NonNullable<ReturnType<typeof frozenCacheOptions>>;
