import { listed, nameText } from "../../checks/index.ts";
import { isRecord } from "./json.ts";

/** What Keras computes a layer in, by its config's dtype: a name, or a policy that has one. */
function policyName(dtype: unknown): string | undefined {
  const config = isRecord(dtype) && isRecord(dtype.config) ? dtype.config : {};
  const named = [dtype, config.name, config.default_policy].find((name) => typeof name === "string");
  return named === undefined ? undefined : String(named);
}

/** Layers by a type of numbers that is not Striate's. */
export class OtherPolicies {
  readonly #layers = new Map<string, string[]>();

  add(path: string, dtype: unknown): void {
    const name = policyName(dtype);
    if (name === undefined || name === "float32") return;
    const layers = this.#layers.get(name);
    if (layers) layers.push(path);
    else this.#layers.set(name, [path]);
  }

  /** What a user should know of them, in words. */
  notes(): readonly string[] {
    return [...this.#layers].map(([name, layers]) => {
      const which = layers.length === 1 ? "layer" : `${layers.length} layers`;
      return (
        `${which} ${listed(layers, 5)} compute${layers.length === 1 ? "s" : ""} in ${nameText(name)} in Keras; Striate computes in ` +
        "float32, so predictions and training differ in the last digits, and the model is saved as float32"
      );
    });
  }
}
