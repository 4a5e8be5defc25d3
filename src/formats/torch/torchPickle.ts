import { nameText, quoted } from "../../checks/index.ts";
import { dataError } from "../../files/dataError.ts";
import { type DType, type Tensor, zeros } from "../../tensor/index.ts";
import { ELEMENT_FORMATS, type ElementFormat } from "../elements.ts";
import { lastElement } from "../strided.ts";
import { described, type PickleCallable, type PickleMeanings, type PickleThing, type PickleValue } from "./pickle.ts";

/** A tensor in what a PyTorch file holds. */
export interface TorchTensor extends PickleThing {
  readonly tensor: Tensor;
}

/** Whether a value of a PyTorch file is a tensor. */
export function isTorchTensor(value: PickleValue): value is TorchTensor {
  return typeof value === "object" && value !== null && "tensor" in value;
}

/** Memory that tensors are views of; the file keeps its bytes outside the pickle, under `key`. */
export interface TorchStorage {
  readonly key: string;
  readonly byteLength: number;
  /** Bytes of an element of the storage's own type, as the legacy format counts. */
  readonly width: number;
}

/** A tensor whose elements are still to come from its storage. */
export interface PendingTensor {
  readonly tensor: { readonly dtype: DType; readonly shape: readonly number[]; data: Tensor["data"] };
  readonly storage: TorchStorage;
  readonly format: ElementFormat;
  /** In bytes, of element 0 of the storage as the pickle sees it: 0 but for old views. */
  readonly start: number;
  /** In elements, as the strides. */
  readonly offset: number;
  readonly strides: readonly number[];
}

const STORAGE_FORMATS: Readonly<Record<string, ElementFormat>> = {
  HalfStorage: "float16",
  BFloat16Storage: "bfloat16",
  FloatStorage: "float32",
  DoubleStorage: "float64",
  CharStorage: "int8",
  ShortStorage: "int16",
  IntStorage: "int32",
  LongStorage: "int64",
  ByteStorage: "uint8",
  BoolStorage: "bool",
};

const ADVICE =
  'Save the weights alone, in Python: torch.save(model.state_dict(), "weights.pth"), or as safetensors, and read that';

const MOST_RANK = 64;
const MOST_DEVICE_CHARACTERS = 32;
/** Sizes of shapes and pairs of dicts, which calls could repeat without taking room in the file. */
const MOST_PARTS = 2_000_000;

/** The class of a storage: its elements' type, none where it is plain bytes. */
interface StorageType extends PickleThing {
  readonly format: ElementFormat | undefined;
}

interface StorageView extends PickleThing {
  readonly storage: TorchStorage;
  readonly format: ElementFormat | undefined;
  readonly start: number;
  readonly byteLength: number;
}

interface DTypeName extends PickleThing {
  readonly dtypeFormat: ElementFormat;
}

/**
 * What the names in a state dict's pickle mean: dicts, storages, and the functions of PyTorch that make a tensor of a
 * storage, a shape and strides. The tensors are made empty, and listed in `pending`.
 */
export class TorchPickle implements PickleMeanings {
  readonly advice = ADVICE;
  readonly pending: PendingTensor[] = [];
  readonly storages = new Map<string, TorchStorage>();
  readonly #file: string;
  readonly #globals: ReadonlyMap<string, PickleThing>;
  #parts = 0;

  constructor(file: string) {
    this.#file = file;
    this.#globals = this.#makeGlobals();
  }

  readonly global = (name: string): PickleThing | undefined => {
    const known = this.#globals.get(name);
    if (known) return known;
    if (/^torch\.(cuda\.|storage\.)?\w+Storage$/.test(name)) {
      const types = Object.keys(STORAGE_FORMATS).join(", ");
      throw this.#bad(
        `has a tensor in a ${nameText(name)}; ${types} can be read. Convert it with .to(torch.float32) first`,
      );
    }
    if (name.startsWith("__torch__.")) {
      throw this.#bad(`is a program of TorchScript (${nameText(name)}), no state dict; no code was run. ${ADVICE}`);
    }
    return undefined;
  };

  /** ("storage", type, key, device, number of elements[, view]): https://docs.pytorch.org/docs/stable/notes/serialization.html */
  readonly persistent = (id: PickleValue): PickleThing => {
    if (!Array.isArray(id) || id[0] !== "storage") throw this.#bad(`refers to ${described(id)}, which is no storage`);
    const [, type = null, key, , count, view = null] = id;
    if (!isStorageType(type)) throw this.#bad(`has a storage of type ${described(type)}`);
    if ((typeof key !== "string" && typeof key !== "number") || !isCount(count)) {
      throw this.#bad("has a storage without a name or a number of elements");
    }
    const width = type.format === undefined ? 1 : ELEMENT_FORMATS[type.format].bytes;
    const storage = { key: String(key), byteLength: count * width, width };
    const before = this.storages.get(storage.key);
    if (before && before.byteLength !== storage.byteLength) {
      throw this.#bad(
        `gives storage ${quoted(storage.key)} two lengths, ${before.byteLength} and ${storage.byteLength} bytes`,
      );
    }
    this.storages.set(storage.key, before ?? storage);
    const whole = { python: type.python, storage: before ?? storage, format: type.format };
    const storageView = (start: number, byteLength: number): StorageView => ({ ...whole, start, byteLength });
    if (view === null) return storageView(0, storage.byteLength);
    // (key of the view, first element, number of elements): how PyTorch before 0.4 shared storages.
    const [, first, length] = Array.isArray(view) ? view : [];
    if (!isCount(first) || !isCount(length) || first + length > count) {
      throw this.#bad(`has a view of storage ${quoted(storage.key)} that reaches outside it`);
    }
    return storageView(first * width, length * width);
  };

  #makeGlobals(): Map<string, PickleThing> {
    const globals = new Map<string, PickleThing>();
    const define = (python: string, call: (given: readonly PickleValue[]) => PickleValue) =>
      globals.set(python, callable(python, call));
    define("collections.OrderedDict", (given) => this.#orderedDict(given));
    define("torch.Size", ([sizes = null]) => sizes);
    define("torch.device", (given) => this.#device(given));
    define("torch._utils._rebuild_tensor", (given) => this.#tensor(given, undefined));
    define("torch._utils._rebuild_tensor_v2", (given) => this.#tensor(given, undefined));
    define("torch._utils._rebuild_tensor_v3", (given) => this.#tensor(given, given[6] ?? null));
    // A parameter is its tensor; whether it has a gradient is not the file's to say.
    for (const name of ["_rebuild_parameter", "_rebuild_parameter_with_state"]) {
      define(`torch._utils.${name}`, ([tensor = null]) => this.#parameter(tensor));
    }
    for (const python of ["torch.nn.parameter.Parameter", "torch.autograd.variable.Variable"]) {
      define(python, ([tensor]) => (tensor === undefined ? { python } : this.#parameter(tensor)));
    }
    define("torch._tensor._rebuild_from_type_v2", (given) => this.#fromType(given));
    globals.set("torch.Tensor", { python: "torch.Tensor" });
    for (const [name, format] of Object.entries(STORAGE_FORMATS)) {
      for (const module of ["torch", "torch.cuda"]) {
        const python = `${module}.${name}`;
        const type: StorageType = { python, format };
        globals.set(python, type);
      }
    }
    for (const python of ["torch.UntypedStorage", "torch.storage.UntypedStorage"]) {
      const type: StorageType = { python, format: undefined };
      globals.set(python, type);
    }
    for (const format of Object.keys(ELEMENT_FORMATS) as ElementFormat[]) {
      const python = `torch.${format}`;
      const name: DTypeName = { python, dtypeFormat: format };
      globals.set(python, name);
    }
    return globals;
  }

  /** ("cpu"), ("cuda", 0). No text of a list, which can hold itself many times over. */
  #device(given: readonly PickleValue[]): string {
    const [type = null, index = null] = given;
    const isIndex = index === null || isCount(index);
    if (typeof type !== "string" || type.length > MOST_DEVICE_CHARACTERS || !isIndex || given.length > 2) {
      throw this.#bad(`has a torch.device of ${described(type)}, which is no name of one`);
    }
    return index === null ? type : `${type}:${index}`;
  }

  /** OrderedDict(), or of a list of pairs, as Python 2 wrote it. */
  #orderedDict([pairs]: readonly PickleValue[]): PickleValue {
    const dict = new Map();
    if (pairs === undefined) return dict;
    if (!Array.isArray(pairs)) throw this.#bad("has an OrderedDict that is not made of pairs");
    this.#charge(pairs.length);
    for (const pair of pairs) {
      const [key, value] = Array.isArray(pair) ? pair : [];
      if (typeof key !== "string" || value === undefined)
        throw this.#bad("has an OrderedDict that is not made of pairs");
      dict.set(key, value);
    }
    return dict;
  }

  /** (storage, first element, shape, strides, ...) */
  #tensor([view = null, offset, shape, strides]: readonly PickleValue[], dtype: PickleValue | undefined): TorchTensor {
    if (!isStorageView(view)) throw this.#bad(`has a tensor over ${described(view)}, which is no storage`);
    const format = dtype === undefined ? view.format : isDTypeName(dtype) ? dtype.dtypeFormat : undefined;
    if (!format) throw this.#bad(`has a tensor without a known type (${described(dtype ?? view)})`);
    // Before its sizes are looked at: one long list can be the shape of many tensors.
    if (Array.isArray(shape) && shape.length > MOST_RANK) {
      throw this.#bad(`has a tensor of ${shape.length} axes; the limit is ${MOST_RANK}`);
    }
    if (!isCount(offset) || !isCounts(shape) || !Array.isArray(strides) || shape.length !== strides.length) {
      throw this.#bad("has a tensor whose offset, shape and strides are not integers from 0 on");
    }
    if (!isCounts(strides)) throw this.#bad("has a tensor whose strides are not integers from 0 on");
    this.#charge(shape.length);
    const { dtype: type, bytes: width } = ELEMENT_FORMATS[format];
    const available = Math.floor(view.byteLength / width);
    const needed = shape.includes(0) ? 0 : offset + lastElement(shape, strides) + 1;
    const count = shape.reduce((product, size) => product * size, 1);
    if (needed > available || !Number.isSafeInteger(count)) {
      throw this.#bad(
        `has a tensor of shape [${shape.join(",")}] and strides [${strides.join(",")}] at element ${offset} that reaches ` +
          `outside its storage ${quoted(view.storage.key)} of ${available} elements`,
      );
    }
    const tensor = { dtype: type, shape: [...shape], data: zeros(type, [0]).data };
    const place = { start: view.start, offset: needed === 0 ? 0 : offset, strides: [...strides] };
    this.pending.push({ tensor, storage: view.storage, format, ...place });
    const result: TorchTensor = { python: "torch.Tensor", tensor };
    return result;
  }

  #parameter(value: PickleValue): TorchTensor {
    if (!isTorchTensor(value)) throw this.#bad(`has a parameter of ${described(value)}, which is no tensor`);
    return value;
  }

  /**
   * Before PyTorch 0.4 a parameter was its tensor and a state of three (whether it has a gradient, ...), and at first
   * nothing and a state of five, of which the first is the tensor.
   */
  readonly setState = (thing: PickleThing, state: PickleValue): boolean => {
    if (!Array.isArray(state)) return false;
    if (isTorchTensor(thing)) return state.length === 3;
    if (!/\.(Parameter|Variable)$/.test(thing.python) || "call" in thing || state.length !== 5) return false;
    Object.assign(thing, { tensor: this.#parameter(state[0] ?? null).tensor });
    return true;
  };

  /** (function, class, its arguments, attributes): a tensor with attributes, which are left out. */
  #fromType([make = null, , given]: readonly PickleValue[]): PickleValue {
    const allowed = ["torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3"];
    const name = allowed.find((python) => this.#globals.get(python) === make);
    if (!name || !Array.isArray(given)) throw this.#bad(`has a tensor made by ${described(make)}; no code was run`);
    return this.#tensor(given, name.endsWith("3") ? (given[6] ?? null) : undefined);
  }

  #charge(parts: number): void {
    this.#parts += parts + 1;
    if (this.#parts > MOST_PARTS) throw this.#bad(`has more than ${MOST_PARTS} sizes and pairs, which is the limit`);
  }

  #bad(what: string): Error {
    return dataError(this.#file, what);
  }
}

function callable(python: string, call: PickleCallable["call"]): PickleCallable {
  return { python, call };
}

function isStorageType(value: PickleValue): value is StorageType {
  return typeof value === "object" && value !== null && "format" in value && !("storage" in value);
}

function isStorageView(value: PickleValue): value is StorageView {
  return typeof value === "object" && value !== null && "storage" in value;
}

function isDTypeName(value: PickleValue): value is DTypeName {
  return typeof value === "object" && value !== null && "dtypeFormat" in value;
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isCounts(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}
