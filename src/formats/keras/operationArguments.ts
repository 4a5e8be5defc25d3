import { SymbolicTensor } from "../../layers/index.ts";
import { Misfit, number, shown } from "./codec.ts";
import { isRecord, type JsonRecord } from "./json.ts";

/** A number or numbers that stand in a file, such as the 0.5 of x * 0.5. */
export interface Constant {
  readonly shape: readonly number[];
  readonly numbers: readonly number[];
}

/** What an operation of Keras is given, by Keras's names: by its config, by place, and by keyword. */
export class OperationArguments {
  readonly name: string;
  readonly #values: JsonRecord;
  readonly #used = new Set<string>(["name", "dtype"]);

  /** @param parameters the names of the arguments by place */
  constructor(name: string, parameters: readonly string[], args: readonly unknown[], keyed: JsonRecord) {
    this.name = name;
    const placed = args.map((value, i) => [parameters[i] ?? `argument ${i + 1}`, value]);
    this.#values = { ...keyed, ...Object.fromEntries(placed) };
  }

  value(key: string): unknown {
    this.#used.add(key);
    return this.#values[key] ?? null;
  }

  tensor(key: string): SymbolicTensor {
    const value = this.value(key);
    if (value instanceof SymbolicTensor) return value;
    throw new Misfit(`takes a tensor of the model for ${key}, and has ${shown(value)}`);
  }

  tensors(key: string): readonly SymbolicTensor[] {
    const value = this.value(key);
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const tensors = list.filter((one) => one instanceof SymbolicTensor);
    if (tensors.length === list.length && tensors.length > 0) return tensors;
    throw new Misfit(`takes tensors of the model for ${key}, and has ${shown(value)}`);
  }

  number(key: string, otherwise: number): number {
    const value = this.value(key);
    return value === null ? otherwise : number.read(value);
  }

  /** One axis or several; `undefined` for none given. */
  axes(key: string): readonly number[] | undefined {
    const value = this.value(key);
    if (value === null) return undefined;
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.map((axis) => {
      if (typeof axis === "number" && Number.isSafeInteger(axis)) return axis;
      throw new Misfit(`takes axes for ${key}, and has ${shown(value)}`);
    });
  }

  /** A tensor of the model, or a constant of the file. */
  operand(key: string): SymbolicTensor | Constant {
    const value = this.value(key);
    return value instanceof SymbolicTensor ? value : constantOf(key, value);
  }

  /** @throws Misfit when there is anything else than what was asked for */
  checkUsed(): void {
    const left = Object.entries(this.#values).filter(([key, value]) => {
      return !this.#used.has(key) && value !== null && value !== false;
    });
    if (left.length === 0) return;
    const listed = left.map(
      ([key, value]) => `${key} = ${value instanceof SymbolicTensor ? "a tensor" : shown(value)}`,
    );
    throw new Misfit(`is called with ${listed.join(", ")}, which Striate does not take`);
  }
}

function constantOf(key: string, value: unknown): Constant {
  if (typeof value === "number") return { shape: [], numbers: [value] };
  const isArray = isRecord(value) && (value.class_name === "__numpy__" || value.class_name === "__tensor__");
  const elements: unknown = isArray && isRecord(value.config) ? value.config.value : value;
  const shape: number[] = [];
  for (let level = elements; Array.isArray(level) && shape.length < 8; level = level[0]) shape.push(level.length);
  const numbers: readonly unknown[] = Array.isArray(elements) ? elements.flat(8) : [elements];
  const isNumber = (one: unknown): one is number => typeof one === "number";
  if (numbers.every(isNumber) && numbers.length === shape.reduce((product, size) => product * size, 1)) {
    return { shape, numbers };
  }
  throw new Misfit(`takes a tensor of the model or numbers for ${key}, and has ${shown(value)}`);
}
