import { checkOptions, type OptionNames } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import {
  dense,
  globalAveragePooling2d,
  globalMaxPooling2d,
  inImageDataFormat,
  input,
  type Layer,
  type SymbolicTensor,
} from "../layers/index.ts";
import { type Model, model } from "../model/index.ts";
import { type Shape, shapeText } from "../tensor/index.ts";

/** What every net for pictures takes. */
export interface NetOptions {
  /** [height, width, channels]. Default: the size that the net was made for. */
  readonly inputShape?: Shape;
  /** Default 1,000, those of ImageNet. */
  readonly classes?: number;
  /** `false` leaves out the classifier: the net puts out its last feature maps. Default `true`. */
  readonly includeTop?: boolean;
  /** Without the classifier, what makes one number of each feature map. Default: they stay maps. */
  readonly pooling?: "avg" | "max";
  /** Of the initial weights. Default 0. */
  readonly seed?: number;
}

const NET: OptionNames<NetOptions> = { inputShape: true, classes: true, includeTop: true, pooling: true, seed: true };

/** A net for pictures: feature maps, and a classifier on top of them. */
interface NetParts {
  readonly name: string;
  readonly inputShape: Shape;
  /** Least height and width. */
  readonly smallest: number;
  features(pictures: SymbolicTensor): SymbolicTensor;
  top(features: SymbolicTensor, classes: number): SymbolicTensor | readonly SymbolicTensor[];
  /** What the layers of `pooling` are called. Default: as Keras calls layers without a name. */
  readonly poolingNames?: { readonly avg: string; readonly max: string };
}

/**
 * The model of a net with the options of its user.
 * @param extra the options that the net has beside those of every net
 * @throws StriateError `usage` for options that contradict each other, `shape` for pictures that are too small.
 */
export function pictureNet<O extends NetOptions = NetOptions>(
  parts: NetParts,
  options: O,
  extra: OptionNames<Omit<O, keyof NetOptions>>,
): Model {
  checkOptions<NetOptions>(`model ${parts.name}`, options, { ...NET, ...extra });
  const { name, poolingNames = { avg: "global_average_pooling2d", max: "global_max_pooling2d" } } = parts;
  const { inputShape = parts.inputShape, classes = 1000, includeTop = true, pooling, seed = 0 } = options;
  if (includeTop && pooling !== undefined) {
    throw new StriateError(
      "usage",
      `model ${name}: pooling is for a net without its classifier; add includeTop: false`,
    );
  }
  if (!includeTop && options.classes !== undefined) {
    throw new StriateError("usage", `model ${name}: without its classifier it has no classes; leave one of both out`);
  }
  checkSize(parts, inputShape);
  return inImageDataFormat("channelsLast", () => {
    const pictures = input({ shape: inputShape });
    const features = parts.features(pictures);
    const outputs = includeTop ? parts.top(features, classes) : pool(features);
    return model({ name, inputs: pictures, outputs, seed });
  });

  function pool(maps: SymbolicTensor): SymbolicTensor {
    if (pooling === undefined) return maps;
    if (pooling === "avg") return globalAveragePooling2d({ name: poolingNames.avg })(maps);
    if (pooling === "max") return globalMaxPooling2d({ name: poolingNames.max })(maps);
    throw new StriateError("usage", `model ${name}: pooling must be avg or max, received ${pooling}`);
  }
}

function checkSize({ name, smallest }: NetParts, inputShape: Shape): void {
  const [height = 0, width = 0] = inputShape;
  const received = `received ${shapeText(inputShape)}`;
  if (inputShape.length !== 3) {
    throw new StriateError("usage", `model ${name}: inputShape is [height, width, channels], ${received}`);
  }
  if (height < smallest || width < smallest) {
    throw new StriateError("shape", `model ${name} takes pictures of at least ${smallest}x${smallest}, ${received}`);
  }
}

/** A tensor after layers one after the other. */
export function chain(x: SymbolicTensor, ...layers: readonly Layer[]): SymbolicTensor {
  return layers.reduce((y, layer) => layer(y), x);
}

/** The last layer of a classifier: a probability for each class. */
export function predictions(classes: number, name = "predictions"): Layer {
  return dense({ name, units: classes, activation: "softmax" });
}
