import { quoted } from "../../checks/index.ts";
import type { StriateError } from "../../errors.ts";
import { dataError } from "../../files/dataError.ts";
import { PickleBytes } from "./pickleBytes.ts";

/**
 * What a pickle holds: Python's dict as a `Map`, list and tuple as an array, int as a number where it is exact and a
 * bigint elsewhere, bytes, and the things that the caller makes of the names it knows.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleKey, PickleValue>
  | PickleThing;

/** What can be a key of a dictionary in a pickle that is read. */
export type PickleKey = string | number | boolean | null;

/** Something that is no plain data, made by the caller of `readPickle`. */
export interface PickleThing {
  /** What it is, in messages: Python's name of it. */
  readonly python: string;
}

/** A class or function of Python that the caller knows: what a call of it gives is computed here, never in Python. */
export interface PickleCallable extends PickleThing {
  call(argumentsGiven: readonly PickleValue[]): PickleValue;
}

/** What a pickle may mean beyond plain data. */
export interface PickleMeanings {
  /** The thing of this name, as `collections.OrderedDict`; `undefined` makes the pickle refused. */
  readonly global: (name: string) => PickleThing | undefined;
  /** The thing that the file keeps elsewhere under this id. */
  readonly persistent: (id: PickleValue) => PickleThing;
  /** Gives a thing the state that its class's `__setstate__` would take; false makes the pickle refused. */
  readonly setState?: (thing: PickleThing, state: PickleValue) => boolean;
  /** What to do about a name that is not known, for the message. */
  readonly advice: string;
}

/** More dicts, lists and tensors than a checkpoint holds; each byte of a hostile file could make one. */
const MOST_OBJECTS = 1_000_000;
const MOST_MEMO = 1_000_000;
/** Pickles are written in batches of a thousand items. */
const MOST_STACK = 1_000_000;
const MOST_MARKS = 100_000;
/**
 * Optimizers number their parameters. Numbers can be chosen so that all of them fall into one bucket of a Map, which then
 * takes time in proportion to the square; texts cannot.
 */
const MOST_NUMBER_KEYS = 20_000;

/**
 * Reads one pickle (protocols 0 to 5, https://docs.python.org/3/library/pickletools.html) as data. Python's own reader
 * runs what the file tells it to; this one knows no names but those that `meanings` gives it, has no instruction that
 * could run anything, does not recurse, and refuses a file that asks for more.
 *
 * @param start where the pickle begins in `bytes`
 * @returns its value, and the place after it
 * @throws StriateError `data`
 */
export function readPickle(
  bytes: Uint8Array,
  start: number,
  meanings: PickleMeanings,
  file: string,
): { value: PickleValue; end: number } {
  const source = new PickleBytes(bytes, start, file);
  return { value: new PickleMachine(source, meanings, file).run(), end: source.place };
}

class PickleMachine {
  readonly #source: PickleBytes;
  readonly #meanings: PickleMeanings;
  readonly #file: string;
  readonly #stack: PickleValue[] = [];
  /** The stack's length at each mark that is open. */
  readonly #marks: number[] = [];
  /** By number. Python numbers what it remembers from 0 or 1 on. */
  readonly #memo: PickleValue[] = [];
  #remembered = 0;
  #objects = 0;
  #numberKeys = 0;

  constructor(source: PickleBytes, meanings: PickleMeanings, file: string) {
    this.#source = source;
    this.#meanings = meanings;
    this.#file = file;
  }

  run(): PickleValue {
    for (;;) {
      const at = this.#source.place;
      const instruction = this.#source.byte();
      if (instruction === 0x2e) return this.#pop(); // STOP "."
      if (!this.#step(instruction)) {
        const code = `0x${instruction.toString(16).padStart(2, "0")}`;
        throw this.#bad(`has the pickle instruction ${code} at byte ${at}, which no state dict needs; nothing was run`);
      }
    }
  }

  /** One instruction, by Python's names for them; false for one that is not known. */
  #step(instruction: number): boolean {
    switch (instruction) {
      case 0x80: // PROTO
        this.#protocol(this.#source.byte());
        return true;
      case 0x95: // FRAME
        this.#source.skip(8);
        return true;
      case 0x28: // MARK "("
        if (this.#marks.length >= MOST_MARKS)
          throw this.#bad(`has more than ${MOST_MARKS} open marks, which is the limit`);
        this.#marks.push(this.#stack.length);
        return true;
      case 0x30: // POP "0"
        if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
        else this.#pop();
        return true;
      case 0x31: // POP_MARK "1"
        this.#popToMark();
        return true;
      case 0x32: // DUP "2"
        this.#push(this.#top());
        return true;
    }
    return (
      this.#stepScalar(instruction) ||
      this.#stepText(instruction) ||
      this.#stepContainer(instruction) ||
      this.#stepMemo(instruction) ||
      this.#stepThing(instruction)
    );
  }

  #stepScalar(instruction: number): boolean {
    switch (instruction) {
      case 0x4e: // NONE "N"
        return this.#push(null);
      case 0x88: // NEWTRUE
        return this.#push(true);
      case 0x89: // NEWFALSE
        return this.#push(false);
      case 0x4a: // BININT "J"
        return this.#push(this.#source.int32());
      case 0x4b: // BININT1 "K"
        return this.#push(this.#source.byte());
      case 0x4d: // BININT2 "M"
        return this.#push(this.#source.uint16());
      case 0x47: // BINFLOAT "G"
        return this.#push(this.#source.float64());
      case 0x8a: // LONG1
        return this.#push(this.#source.long(this.#source.byte()));
      case 0x8b: // LONG4
        return this.#push(this.#source.long(this.#source.uint32()));
      case 0x49: // INT "I"
        return this.#push(this.#source.intLine());
      case 0x4c: // LONG "L"
        return this.#push(this.#source.longLine());
      case 0x46: // FLOAT "F"
        return this.#push(this.#source.floatLine());
    }
    return false;
  }

  #stepText(instruction: number): boolean {
    switch (instruction) {
      case 0x58: // BINUNICODE "X"
        return this.#push(this.#source.text(this.#source.uint32()));
      case 0x8c: // SHORT_BINUNICODE
        return this.#push(this.#source.text(this.#source.byte()));
      case 0x8d: // BINUNICODE8
        return this.#push(this.#source.text(this.#source.uint64()));
      case 0x54: // BINSTRING "T": of Python 2
        return this.#push(this.#source.latin1(this.#source.uint32()));
      case 0x55: // SHORT_BINSTRING "U"
        return this.#push(this.#source.latin1(this.#source.byte()));
      case 0x53: // STRING "S"
        return this.#push(this.#source.quotedLine());
      case 0x56: // UNICODE "V"
        return this.#push(this.#source.escapedLine());
      case 0x42: // BINBYTES "B"
        return this.#make(this.#source.take(this.#source.uint32()));
      case 0x43: // SHORT_BINBYTES "C"
        return this.#make(this.#source.take(this.#source.byte()));
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        return this.#make(this.#source.take(this.#source.uint64()));
    }
    return false;
  }

  #stepContainer(instruction: number): boolean {
    switch (instruction) {
      case 0x5d: // EMPTY_LIST "]"
      case 0x29: // EMPTY_TUPLE ")"
        return this.#make([]);
      case 0x7d: // EMPTY_DICT "}"
        return this.#make(new Map());
      case 0x6c: // LIST "l"
      case 0x74: // TUPLE "t"
        return this.#make(this.#popToMark());
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#make(this.#popLast(instruction - 0x84));
      case 0x64: {
        // DICT "d"
        const items = this.#popToMark();
        const dict = new Map<PickleKey, PickleValue>();
        this.#setItems(dict, items);
        return this.#make(dict);
      }
      case 0x61: {
        // APPEND "a"
        const [item = null] = this.#popLast(1);
        this.#topList().push(item);
        return true;
      }
      case 0x65: {
        // APPENDS "e"
        const items = this.#popToMark();
        const list = this.#topList();
        for (const item of items) list.push(item);
        return true;
      }
      case 0x73: {
        // SETITEM "s"
        const pair = this.#popLast(2);
        this.#setItems(this.#topDict(), pair);
        return true;
      }
      case 0x75: {
        // SETITEMS "u"
        const items = this.#popToMark();
        this.#setItems(this.#topDict(), items);
        return true;
      }
    }
    return false;
  }

  #stepMemo(instruction: number): boolean {
    switch (instruction) {
      case 0x94: // MEMOIZE
        return this.#remember(this.#remembered);
      case 0x71: // BINPUT "q"
        return this.#remember(this.#source.byte());
      case 0x72: // LONG_BINPUT "r"
        return this.#remember(this.#source.uint32());
      case 0x70: // PUT "p"
        return this.#remember(Number(this.#source.digits(this.#source.line())));
      case 0x68: // BINGET "h"
        return this.#recall(this.#source.byte());
      case 0x6a: // LONG_BINGET "j"
        return this.#recall(this.#source.uint32());
      case 0x67: // GET "g"
        return this.#recall(Number(this.#source.digits(this.#source.line())));
    }
    return false;
  }

  #stepThing(instruction: number): boolean {
    switch (instruction) {
      case 0x63: // GLOBAL "c"
        return this.#push(this.#global(this.#source.line(), this.#source.line()));
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#popLast(2);
        if (typeof module !== "string" || typeof name !== "string") throw this.#bad("names a global by no text");
        return this.#push(this.#global(module, name));
      }
      case 0x52: // REDUCE "R"
      case 0x81: {
        // NEWOBJ
        const [callable = null, given = null] = this.#popLast(2);
        return this.#make(this.#call(callable, given));
      }
      case 0x62: {
        // BUILD "b"
        const [state = null] = this.#popLast(1);
        this.#build(state);
        return true;
      }
      case 0x51: // BINPERSID "Q"
        return this.#make(this.#meanings.persistent(this.#pop()));
      case 0x50: // PERSID "P"
        return this.#make(this.#meanings.persistent(this.#source.line()));
    }
    return false;
  }

  #global(module: string, name: string): PickleThing {
    const full = `${module === "__builtin__" ? "builtins" : module}.${name}`;
    const thing = this.#meanings.global(full);
    if (!thing) {
      throw this.#bad(
        `asks for ${quoted(full)} of Python, which is not plain data; no code was run. ${this.#meanings.advice}`,
      );
    }
    return thing;
  }

  #call(callable: PickleValue, given: PickleValue): PickleValue {
    if (!isCallable(callable)) throw this.#bad(`calls ${described(callable)}, which cannot be called; no code was run`);
    if (!Array.isArray(given)) throw this.#bad(`calls ${callable.python} without a tuple of arguments`);
    return callable.call(given);
  }

  /** The attributes of an OrderedDict (PyTorch's `_metadata`) are not part of its items. */
  #build(state: PickleValue): void {
    const target = this.#top();
    const ignored = target instanceof Map && (state instanceof Map || Array.isArray(state));
    if (!ignored && !(isThing(target) && this.#meanings.setState?.(target, state))) {
      throw this.#bad(`sets the state of ${described(target)}; no code was run. ${this.#meanings.advice}`);
    }
  }

  #protocol(version: number): void {
    if (version > 5) throw this.#bad(`is a pickle of protocol ${version}; 0 to 5 can be read`);
  }

  #setItems(dict: Map<PickleKey, PickleValue>, items: readonly PickleValue[]): void {
    if (items.length % 2 !== 0) throw this.#bad("has a key without a value");
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (key === undefined || (typeof key === "object" && key !== null)) {
        throw this.#bad(`has a dict with ${described(key ?? null)} as a key; texts and numbers can be keys`);
      }
      if (typeof key === "bigint") throw this.#bad(`has a dict with ${described(key)} as a key, which is too large`);
      if (typeof key === "number" && ++this.#numberKeys > MOST_NUMBER_KEYS) {
        throw this.#bad(`has more than ${MOST_NUMBER_KEYS} numbers as keys of dicts, which is the limit`);
      }
      dict.set(key, items[i + 1] ?? null);
    }
  }

  #topList(): PickleValue[] {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#bad(`appends to ${described(list)}, which is no list`);
    return list;
  }

  #topDict(): Map<PickleKey, PickleValue> {
    const dict = this.#top();
    if (!(dict instanceof Map)) throw this.#bad(`puts an item into ${described(dict)}, which is no dict`);
    return dict;
  }

  #make(value: PickleValue): true {
    if (++this.#objects > MOST_OBJECTS) throw this.#bad(`has more than ${MOST_OBJECTS} objects, which is the limit`);
    return this.#push(value);
  }

  #push(value: PickleValue): true {
    if (this.#stack.length >= MOST_STACK)
      throw this.#bad(`piles up more than ${MOST_STACK} values, which is the limit`);
    this.#stack.push(value);
    return true;
  }

  #pop(): PickleValue {
    const [value = null] = this.#popLast(1);
    return value;
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined || this.#marks.at(-1) === this.#stack.length) throw this.#bad("takes from an empty stack");
    return value;
  }

  #popLast(count: number): PickleValue[] {
    const bottom = this.#marks.at(-1) ?? 0;
    if (this.#stack.length - bottom < count) throw this.#bad("takes from an empty stack");
    return this.#stack.splice(this.#stack.length - count, count);
  }

  #popToMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#bad("goes back to a mark that it never set");
    return this.#stack.splice(mark);
  }

  #remember(key: number): true {
    if (!(key >= 0 && key < MOST_MEMO)) throw this.#bad(`remembers more than ${MOST_MEMO} values, which is the limit`);
    if (this.#memo[key] === undefined) this.#remembered++;
    this.#memo[key] = this.#top();
    return true;
  }

  #recall(key: number): true {
    const value = this.#memo[key];
    if (value === undefined) throw this.#bad(`takes number ${key} from its memo, which is not there`);
    return this.#push(value);
  }

  #bad(what: string): StriateError {
    return dataError(this.#file, what);
  }
}

function isThing(value: PickleValue): value is PickleThing {
  return typeof value === "object" && value !== null && "python" in value;
}

function isCallable(value: PickleValue): value is PickleCallable {
  return isThing(value) && "call" in value && typeof value.call === "function";
}

/** A value as messages name it. */
export function described(value: PickleValue): string {
  if (value === null) return "None";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Map) return "a dict";
  if (value instanceof Uint8Array) return "bytes";
  if (typeof value === "object") return value.python;
  return quoted(String(value));
}
