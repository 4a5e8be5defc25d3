/** What happens to each value of a picture, 0 to 255, before a model sees it: (x / scale - mean) / std, by channel. */
export interface Preprocessing {
  /** The channels and their order afterwards; `mean` and `std` are in it. */
  readonly channels: "grey" | "RGB" | "BGR" | "RGBA";
  readonly scale: number;
  /** A number for each channel. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /**
   * How a picture of other proportions gets the model's size: `stretch` (the default), `crop` (the short side resized, the
   * middle taken), `pad` (the long side resized, the rest black).
   */
  readonly fit?: "stretch" | "crop" | "pad";
}

/**
 * What a model knows of the pictures that it is for. It travels with the model into every file that can hold it: `.keras`,
 * `.onnx`, and safetensors.
 */
export interface ModelPictures {
  /** The name of each class, in the order of the outputs. */
  readonly classNames?: readonly string[];
  readonly preprocessing?: Preprocessing;
}

/** What is left of a preprocessing for pictures whose values stay 0 to 255: the fit, and which channels there are. */
export function preprocessingOfBytes({ channels, mean, fit }: Preprocessing): Preprocessing {
  const all = (value: number) => mean.map(() => value);
  const order = channels === "BGR" ? "RGB" : channels;
  return { channels: order, scale: 1, mean: all(0), std: all(1), ...(fit !== undefined && { fit }) };
}

const CHANNELS = { 1: "grey", 3: "RGB", 4: "RGBA" } as const;

/** Values from 0 to 1 for pictures of 1, 3 or 4 channels, as Striate's data sets give them; none for other inputs. */
export function unitPreprocessing(channels: number): Preprocessing | undefined {
  if (channels !== 1 && channels !== 3 && channels !== 4) return undefined;
  const all = (value: number) => new Array<number>(channels).fill(value);
  return { channels: CHANNELS[channels], scale: 255, mean: all(0), std: all(1) };
}
