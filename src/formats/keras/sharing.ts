import type { Layer } from "../../layers/index.ts";
import { Model, type PlacedLayer } from "../../model/index.ts";
import type { JsonRecord } from "./json.ts";

/**
 * What Keras must be told of layers that are in several models of a file: by their id it takes the one that it has
 * made, and it counts their calls through all models, in the order in which it makes these.
 */
export class Sharing {
  readonly #ids = new Map<Layer, number>();
  readonly #names = new Map<Layer, string>();
  readonly #calls = new Map<Layer, number>();
  readonly #records = new Map<Layer, JsonRecord>();

  constructor(model: Model) {
    const seen = new Set<Layer>();
    const owners = new Map<string, Set<Layer>>();
    const visit = ({ layers }: Model) => {
      for (const { layer, name } of layers) {
        owners.set(name, (owners.get(name) ?? new Set()).add(layer));
        if (seen.has(layer)) this.#ids.set(layer, this.#ids.get(layer) ?? this.#ids.size + 1);
        else if (seen.add(layer) && layer instanceof Model) visit(layer);
      }
    };
    visit(model);
    this.#nameShared(owners);
  }

  /** A layer of Keras has one name in all models, so that of a shared one is nobody else's. */
  #nameShared(owners: ReadonlyMap<string, ReadonlySet<Layer>>): void {
    const taken = new Set(owners.keys());
    for (const [name, layers] of owners) {
      for (const layer of layers) {
        if (!this.#ids.has(layer) || this.#names.has(layer)) continue;
        let unique = name;
        for (let i = 1; layers.size > 1 && taken.has(unique); i++) unique = `${name}_shared_${i}`;
        taken.add(unique);
        this.#names.set(layer, unique);
      }
    }
  }

  nameOf({ layer, name }: Pick<PlacedLayer, "layer" | "name">): string {
    return this.#names.get(layer) ?? name;
  }

  /** Of a layer that is in several models. */
  idOf(layer: Layer): number | undefined {
    return this.#ids.get(layer);
  }

  /** What is written of a shared layer, which Keras makes where it finds it first. */
  once(layer: Layer, write: () => JsonRecord): JsonRecord {
    const record = this.#records.get(layer) ?? write();
    this.#records.set(layer, record);
    return record;
  }

  /** The number of calls in models that Keras makes before the one that is being written. */
  callsBefore(layer: Layer): number {
    return this.#calls.get(layer) ?? 0;
  }

  called(layer: Layer, times: number): void {
    if (this.#ids.has(layer)) this.#calls.set(layer, this.callsBefore(layer) + times);
  }
}
