import { Misfit } from "./codec.ts";
import type { MakeLayer } from "./readModel.ts";
import type { LayerRecord } from "./record.ts";

interface Seen {
  readonly record: LayerRecord;
  readonly make: MakeLayer;
}

/**
 * The layers of a file that are in several of its models. Each model describes them anew; a `shared_object_id` says that
 * they are one. Keras marks those that it writes again, and not always the first, which is then known by its looks.
 */
export class SharedRecords {
  readonly #byId = new Map<number, MakeLayer>();
  readonly #unmarked = new Map<string, Seen[]>();

  /** Makes the layer that this record describes again. */
  again(record: LayerRecord): MakeLayer | undefined {
    const { sharedId } = record;
    if (sharedId === undefined) return undefined;
    const known = this.#byId.get(sharedId);
    if (known) return known;
    const text = configText(record);
    const alike = (this.#unmarked.get(keyOf(record)) ?? []).filter((seen) => configText(seen.record) === text);
    const [first, ...others] = alike;
    if (others.length > 0) {
      throw new Misfit(
        `has several layers ${record.name} (${record.className}), and does not say which of them a later model shares; ` +
          "give them names of their own in Keras, and save it again",
      );
    }
    if (first) this.#byId.set(sharedId, first.make);
    return first?.make;
  }

  add(record: LayerRecord, make: MakeLayer): void {
    const { sharedId } = record;
    if (sharedId !== undefined) {
      this.#byId.set(sharedId, make);
      return;
    }
    const key = keyOf(record);
    const seen = this.#unmarked.get(key);
    if (seen) seen.push({ record, make });
    else this.#unmarked.set(key, [{ record, make }]);
  }
}

function keyOf({ className, name }: LayerRecord): string {
  return `${className} ${name}`;
}

function configText({ config }: LayerRecord): string {
  return JSON.stringify(config, (key, value) => (key === "shared_object_id" ? undefined : value));
}
