import { checkOptions, valueText } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { GraphBuilder, Value } from "../../graph/index.ts";
import { reduceMean, type ValueMath, valueMath } from "../../ops/index.ts";
import { type DType, type Shape, shapeText } from "../../tensor/index.ts";
import type { MetricName } from "../metrics.ts";

/** What a loss is computed from, in a graph. */
export interface LossValues {
  /** For any operation that `f` has not: see striate/graph. */
  readonly g: GraphBuilder;
  /** Arithmetic on values of the graph. */
  readonly f: ValueMath;
  /** float32 [batch, ...]: what an output of the model gives, in the API's order of the axes. */
  readonly predictions: Value;
  /** int32 labels without the last axis of the predictions, or float32 of their shape: as `targets` of the loss says. */
  readonly targets: Value;
}

/**
 * What training makes small. Losses are made by functions named as Keras's (`categoricalCrossentropy({ labelSmoothing: 0.1 })`),
 * and your own by `defineLoss`.
 */
export interface Loss {
  readonly name: string;
  /** The options that are not the defaults. A run is only resumed with a loss of the same name and config. */
  readonly config: Readonly<Record<string, unknown>>;
  /** `labels`: a class, a whole number from 0 on, for each row of the predictions' last axis. `numbers`: one a prediction. */
  readonly targets: "labels" | "numbers";
  /** The metric that is measured where none is asked for. */
  readonly metric: MetricName | undefined;
  /** The prediction from which on a single output means yes: 0.5 for probabilities, 0 for logits. */
  readonly threshold: number;
  /** How many classes there are where each row of an output [...shape] chooses one of them. */
  classes(output: Shape): number | undefined;
  /** Targets that are whole numbers must be less than this; `undefined`: any will do. */
  labels(output: Shape): number | undefined;
  /** What would fit where targets [...shape] do not fit an output; without it nothing is advised. */
  advice?(targets: Shape, output: Shape): string | undefined;
  /** Adds the losses to a graph: [batch, ...], of which the mean over all axes but the first is each example's. */
  losses(values: LossValues): Value;
}

/** What `defineLoss` takes. */
export interface LossDefinition {
  /** What logs of a resumed run compare: the name of your function, say. */
  readonly name: string;
  /** Default `numbers`. */
  readonly targets?: Loss["targets"];
  /** The options that the loss was made with: plain data, compared when a run is resumed. Default: none. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** The metric that is measured where none is asked for. Default: `accuracy` for labels, none for numbers. */
  readonly metric?: MetricName;
  /** The losses as a formula over values of the graph: [batch, ...]; its gradient is derived. */
  readonly losses: (values: LossValues) => Value;
}

/**
 * A loss of your own, to be given to `fit` and `evaluate`:
 *
 *     const huber = (delta = 1) =>
 *       defineLoss({
 *         name: "huber",
 *         config: { delta },
 *         losses: ({ f, predictions, targets }) => {
 *           const error = f.abs(f.sub(predictions, targets));
 *           const small = f.min(error, delta);
 *           return f.mul(small, f.sub(error, f.mul(small, 0.5)));
 *         },
 *       });
 *
 * @throws StriateError `usage` for options that cannot be meant
 */
export function defineLoss(definition: LossDefinition): Loss {
  checkOptions("defineLoss", definition, { name: true, targets: true, config: true, metric: true, losses: true });
  const { name, targets = "numbers", config = {}, losses } = definition;
  if (typeof name !== "string" || name === "") {
    throw new StriateError("usage", `defineLoss: name is a text, received ${valueText(name)}`);
  }
  if (targets !== "labels" && targets !== "numbers") {
    throw new StriateError("usage", `defineLoss: targets is "labels" or "numbers", received ${valueText(targets)}`);
  }
  if (typeof losses !== "function") {
    throw new StriateError("usage", `defineLoss: losses is a function of values, received ${valueText(losses)}`);
  }
  const classes = (output: Shape) => (targets === "labels" ? output.at(-1) : undefined);
  const metric = definition.metric ?? (targets === "labels" ? "accuracy" : undefined);
  return { name, config, targets, metric, threshold: 0.5, classes, labels: classes, losses };
}

/** The element type of the targets in a graph. */
export function targetType({ targets }: Loss): Extract<DType, "int32" | "float32"> {
  return targets === "labels" ? "int32" : "float32";
}

/** The shape of the targets for predictions of a shape. */
export function targetShape({ targets }: Loss, predictions: Shape): Shape {
  return targets === "labels" ? predictions.slice(0, -1) : predictions;
}

/**
 * Adds a loss for each example: [batch].
 * @throws StriateError `shape` where the loss does not give one for each example
 */
export function exampleLosses(g: GraphBuilder, loss: Loss, predictions: Value, targets: Value): Value {
  if (predictions.shape.length < 2) {
    throw new StriateError(
      "shape",
      `loss ${loss.name} needs predictions [batch, ...], received ${shapeText(predictions.shape)}`,
    );
  }
  const losses = loss.losses({ g, f: valueMath(g, predictions), predictions, targets });
  if (losses?.shape?.[0] !== predictions.shape[0]) {
    const received = losses?.shape ? shapeText(losses.shape) : valueText(losses);
    throw new StriateError(
      "shape",
      `loss ${loss.name} must give a number for each of the ${predictions.shape[0]} examples, [batch, ...]; it gave ${received}`,
    );
  }
  const rest = losses.shape.slice(1).map((_, i) => i + 1);
  return rest.length === 0 ? losses : g.op(reduceMean, [losses, g.int64s(...rest)], { keepdims: 0 });
}

/** What a resumed run compares. */
export function lossText({ name, config }: Loss): string {
  const { fromLogits, ...rest } = config;
  const options = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : "";
  return `${name}${options}${fromLogits ? " of logits" : ""}`;
}
