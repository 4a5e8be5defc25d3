import type { ActivationName } from "../../layers/index.ts";
import type { ZooOptions } from "../../zoo/index.ts";
import { defined } from "../defined.ts";

/** The options of a net as the command line and a run's configuration hold them. */
export interface NetFlags {
  readonly kernelSize?: readonly number[];
  readonly filters?: readonly number[];
  readonly activation?: ActivationName;
  readonly inputShape?: readonly number[];
  readonly classes?: number;
  readonly noIncludeTop?: boolean;
  readonly pooling?: "avg" | "max";
  readonly auxiliary?: boolean;
  readonly seed?: number;
}

/** The same for `buildNet`, which checks them. */
export function netOptions({ kernelSize, filters, activation, noIncludeTop, ...others }: NetFlags): ZooOptions {
  const [height = 1, width = height] = kernelSize ?? [];
  const [first = 1, second = first] = filters ?? [];
  return {
    ...others,
    ...defined({
      kernelSize: kernelSize && ([height, width] as const),
      filters: filters && ([first, second] as const),
      activation,
      includeTop: noIncludeTop ? false : undefined,
    }),
  };
}
