import { addActivityLoss, defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import { l1L2, regularizer } from "./regularizers.ts";

/** The options of `activityRegularization`. */
export interface ActivityRegularizationOptions extends LayerOptions {
  /** Times the sum of |x|. Default 0. */
  readonly l1?: number;
  /** Times the sum of x^2. Default 0. */
  readonly l2?: number;
}

/** Its input as it is; what is large in it costs in training, for each example, as Keras's ActivityRegularization. */
export function activityRegularization(options: ActivityRegularizationOptions = {}): Layer {
  const type = "activityRegularization";
  const checked = layerOptions(type, options, { l1: true, l2: true });
  const cost = regularizer(type, l1L2({ l1: options.l1 ?? 0, l2: options.l2 ?? 0 }));
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => input,
    build: (context, input) => {
      if (cost) addActivityLoss(context, input, cost);
      return input;
    },
  });
}
