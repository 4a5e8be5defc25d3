import { checkOptions, type OptionNames } from "../checks/index.ts";
import type { Regularizer, RegularizerName } from "./regularizers.ts";

/** Options that every layer takes. */
export interface LayerOptions {
  /** Unique in its model. Default: the layer's type in Keras's spelling, with a number when it is not the first. */
  readonly name?: string;
  /** Whether training changes the layer's weights. Default true. */
  readonly trainable?: boolean;
  /** What large outputs cost in training, for each example of the batch. Default: none. */
  readonly activityRegularizer?: RegularizerName | Regularizer;
}

declare const CHECKED: unique symbol;

/** Options that `layerOptions` has checked. A layer is defined with no others, so that none can forget it. */
export type CheckedOptions<T extends LayerOptions = LayerOptions> = T & { readonly [CHECKED]: true };

/** The names of the options that a layer has beside those of every layer. */
export type OwnOptions<T extends LayerOptions> = OptionNames<Omit<T, keyof LayerOptions>>;

const EVERY: OptionNames<LayerOptions> = { name: true, trainable: true, activityRegularizer: true };

/**
 * The options of a layer, all of which it knows.
 * @param names of its own options: one that is missing here or that `T` has not does not compile
 * @throws StriateError `usage` for an unknown option, with the one that was probably meant
 */
export function layerOptions<T extends LayerOptions>(
  type: string,
  options: T,
  names: OwnOptions<T>,
): CheckedOptions<T> {
  checkOptions<LayerOptions>(type, options, { ...EVERY, ...names });
  return options as CheckedOptions<T>;
}
