import { listed, nameText, quoted } from "../../checks/index.ts";
import { dataError } from "../../files/dataError.ts";
import type { Tensor } from "../../tensor/index.ts";
import { described, type PickleValue } from "./pickle.ts";
import { isTorchTensor } from "./torchPickle.ts";

/** Where checkpoints keep the weights among other things, the more telling names first. */
const USUAL_KEYS = ["state_dict", "model_state_dict", "model_state", "model", "net", "network", "weights", "params"];

const MOST_DEPTH = 32;
const MOST_VISITS = 1_000_000;
/** Of all names of one file together: a long key in a dict that is shared would be written out for every use. */
const MOST_NAME_CHARACTERS = 2 ** 24;

/**
 * The weights in what a PyTorch file holds: the dict of tensors itself, or the one that a checkpoint keeps beside its
 * epoch, optimizer and the like, under `state_dict`, `model` or another usual name. Dicts in it are flattened: names
 * are joined by dots. A `module.` before every name, of DataParallel, is left out.
 *
 * @param file what to call it in messages: its path
 * @throws StriateError `data` with the names that were found, where no state dict is among them
 */
export function stateDict(content: PickleValue, file: string): Map<string, Tensor> {
  const tensors = flattenTensors(weightsIn(content, file), file);
  const names = [...tensors.keys()];
  if (!names.every((name) => name.startsWith("module."))) return tensors;
  return new Map(Array.from(tensors, ([name, tensor]) => [name.slice("module.".length), tensor]));
}

/**
 * All tensors in what a PyTorch file holds, named by their path: keys of dicts and places in lists, joined by dots, e.g.
 * `state_dict.conv1.weight`.
 * @throws StriateError `data` where two have the same path, or where the content is nested without end
 */
export function flattenTensors(content: PickleValue, file: string): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  let [visits, characters] = [0, 0];
  const visit = (value: PickleValue, path: readonly string[]): void => {
    if (++visits > MOST_VISITS || path.length > MOST_DEPTH) {
      throw dataError(file, `is nested too deep or in itself, or has over ${MOST_VISITS} values: ${listed(path, 4)}`);
    }
    if (isTorchTensor(value)) {
      characters += path.reduce((sum, part) => sum + part.length + 1, 0);
      if (characters > MOST_NAME_CHARACTERS) {
        throw dataError(
          file,
          `has names of tensors of more than ${MOST_NAME_CHARACTERS} characters, such as ${listed(path, 4)}`,
        );
      }
      const name = path.join(".");
      if (tensors.has(name)) throw dataError(file, `has two tensors ${quoted(name)}`);
      tensors.set(name, value.tensor);
    } else if (value instanceof Map) {
      for (const [key, item] of value) visit(item, [...path, String(key)]);
    } else if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) visit(item, [...path, String(i)]);
    }
  };
  visit(content, []);
  return tensors;
}

function weightsIn(top: PickleValue, file: string): PickleValue {
  const holders = tensorHolders(top);
  const isInner = (value: PickleValue) => value instanceof Map && holders.has(value);
  const visit = (content: PickleValue, depth: number): PickleValue => {
    if (!(content instanceof Map)) throw dataError(file, `holds ${described(content)}, where a state dict is expected`);
    const usual = USUAL_KEYS.map((key) => content.get(key) ?? null).find(isInner);
    if (usual !== undefined && depth < MOST_DEPTH) return visit(usual, depth + 1);
    if ([...content.values()].some(isTorchTensor)) return content;
    const nested = [...content.values()].filter(isInner);
    const [only] = nested;
    if (nested.length === 1 && only !== undefined && depth < MOST_DEPTH) return visit(only, depth + 1);
    // Under a usual key, dicts of tensors are the blocks of a net.
    if (nested.length > 1 && depth > 0) return content;
    const found = nested.length > 1 ? "several dicts of tensors" : "no tensors";
    const keys = listed(
      [...content.keys()].map((key) => `"${nameText(String(key))}"`),
      10,
    );
    throw dataError(file, `has ${found} under its keys ${keys}; take the right one with flattenTensors`);
  };
  return visit(top, 0);
}

/** Every dict and list with a tensor in it, at any depth. Each is looked into once, however often it is shared. */
function tensorHolders(top: PickleValue): ReadonlySet<PickleValue> {
  const parents = new Map<PickleValue, PickleValue[]>();
  const waiting: PickleValue[] = [];
  const seen = new Set<PickleValue>();
  const unread = [top];
  for (let next = unread.pop(); next !== undefined; next = unread.pop()) {
    if (seen.has(next) || !(next instanceof Map || Array.isArray(next))) continue;
    seen.add(next);
    let hasTensor = false;
    for (const item of next.values()) {
      if (isTorchTensor(item)) hasTensor = true;
      else if (item instanceof Map || Array.isArray(item)) {
        const above = parents.get(item);
        if (above) above.push(next);
        else parents.set(item, [next]);
        unread.push(item);
      }
    }
    if (hasTensor) waiting.push(next);
  }
  const holders = new Set<PickleValue>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (holders.has(next)) continue;
    holders.add(next);
    for (const above of parents.get(next) ?? []) waiting.push(above);
  }
  return holders;
}
