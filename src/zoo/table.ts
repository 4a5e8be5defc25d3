import { StriateError } from "../errors.ts";
import type { ActivationName, Pair } from "../layers/index.ts";
import type { Model } from "../model/index.ts";
import type { Shape } from "../tensor/index.ts";
import { lenet, lenet5 } from "./lenet.ts";

/** What any net of the zoo may be given; each takes what it has a use for. */
export interface ZooOptions {
  readonly inputShape?: Shape;
  readonly classes?: number;
  readonly kernelSize?: Pair;
  readonly filters?: readonly [number, number];
  readonly activation?: ActivationName;
  readonly seed?: number;
}

const NETS: Readonly<
  Record<string, { readonly build: (options: ZooOptions) => Model; readonly options: readonly (keyof ZooOptions)[] }>
> = {
  lenet: { build: lenet, options: ["inputShape", "classes", "kernelSize", "filters", "activation", "seed"] },
  lenet5: { build: lenet5, options: ["inputShape", "classes", "activation", "seed"] },
};

export const NET_NAMES = Object.keys(NETS);

/**
 * A net of the zoo by name.
 * @throws StriateError `usage` for an unknown name or an option that this net does not have.
 */
export function buildNet(name: string, options: ZooOptions = {}): Model {
  const net = Object.hasOwn(NETS, name) ? NETS[name] : undefined;
  if (!net) throw new StriateError("usage", `there is no model "${name}"; there are ${NET_NAMES.join(", ")}`);
  const unknown = (Object.keys(options) as (keyof ZooOptions)[]).filter(
    (option) => options[option] !== undefined && !net.options.includes(option),
  );
  if (unknown.length > 0) {
    throw new StriateError(
      "usage",
      `model ${name} has no option ${unknown.join(", ")}; it has ${net.options.join(", ")}`,
    );
  }
  return net.build(options);
}
