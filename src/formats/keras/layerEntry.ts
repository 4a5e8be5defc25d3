import { nameText } from "../../checks/index.ts";
import type { Layer, LayerOptions } from "../../layers/index.ts";
import { type Codec, Misfit, shown } from "./codec.ts";
import type { JsonRecord } from "./json.ts";
import { snakeCase } from "./names.ts";
import { regularizer } from "./regularizers.ts";

/** One layer in both languages: Keras's class and our function, with each option of the one as one of the other. */
export interface LayerEntry {
  /** Of our function: `conv2d`. */
  readonly type: string;
  /** Keras's: `Conv2D`. */
  readonly className: string;
  /** A class that Keras does not have and Striate's Python file gives it. */
  readonly ours: boolean;
  /** Where Keras has the class. */
  readonly module: string;
  /** Whether it is called on a list of tensors. */
  readonly merges: boolean;
  /** Makes the layer of a Keras config. @throws Misfit that names the option */
  read(config: JsonRecord): Layer;
  /** The Keras config of our options, without the name. */
  write(options: JsonRecord): JsonRecord;
}

type OptionsOf<O> = Exclude<keyof O, keyof LayerOptions>;
/** A codec for every option that the layer has: one that is forgotten does not compile. */
type Codecs<O> = { readonly [K in OptionsOf<O>]-?: Codec<Exclude<O[K], undefined>> };

interface More {
  /** Default: `keras.layers`. */
  readonly module?: string;
  readonly ours?: boolean;
  readonly merges?: boolean;
  /** Names that Keras 2 had for options, and what they are now. */
  readonly formerly?: Readonly<Record<string, string>>;
  /** Options that we do not have, which may be in a config with this value only. */
  readonly only?: JsonRecord;
}

/** What says nothing about predictions: training and bookkeeping. */
const WITHOUT_MEANING =
  /^(name|trainable|dtype|seed|batch_input_shape|batch_shape|build_config|build_input_shape|input_dtype|sparse|ragged|optional|renorm_.*|.*_initializer)$/;

/** What every layer of Keras may have. */
const ACTIVITY = "activity_regularizer";

export function entry<O extends LayerOptions>(
  className: string,
  make: (options: O) => Layer,
  codecs: Codecs<O>,
  { ours = false, module = "keras.layers", merges = false, formerly = {}, only = {} }: More = {},
): (type: string) => LayerEntry {
  const options = Object.entries(codecs) as [string, Codec<unknown>][];
  const byKey = new Map(options.map(([name, codec]) => [snakeCase(name), { name, codec }]));
  return (type) => ({
    type,
    className,
    ours,
    module,
    merges,
    read: (config) => {
      const read: Record<string, unknown> = {};
      for (const [given, value] of Object.entries(config)) {
        if (given === ACTIVITY) continue;
        const key = formerly[given] ?? given;
        const option = byKey.get(key);
        if (option && (value !== null || option.codec.readsNull)) {
          read[option.name] = at(key, () => option.codec.read(value));
        } else if (!option && !(value === null || value === false || WITHOUT_MEANING.test(key))) {
          if (JSON.stringify(only[key]) === JSON.stringify(value)) continue;
          throw new Misfit(`has the option ${nameText(key)} = ${shown(value)}, which Striate's ${type} does not have`);
        }
      }
      // Keras 1's Flatten says nothing, and no setting of Striate's may decide for a file.
      if (byKey.has("data_format")) read.dataFormat ??= "channelsLast";
      if (typeof config.name === "string") read.name = config.name;
      if (config.trainable === false) read.trainable = false;
      const cost = config[ACTIVITY] ?? undefined;
      if (cost !== undefined) read.activityRegularizer = at(ACTIVITY, () => regularizer.read(cost));
      return madeOf(
        () => make(read as unknown as O),
        [...byKey].filter(([, { name }]) => read[name] === undefined),
      );
    },
    write: (given) => {
      const written: Record<string, unknown> = {};
      for (const [key, { name, codec }] of byKey) {
        const value = given[name] ?? codec.otherwise;
        const word = value === undefined ? undefined : codec.write(value);
        if (word !== undefined) written[key] = word;
      }
      const { activityRegularizer } = given as LayerOptions;
      if (activityRegularizer !== undefined) written[ACTIVITY] = regularizer.write(activityRegularizer);
      return written;
    },
  });
}

/** A layer takes it that its options are there, which the type checks of a program and nothing checks of a file. */
function madeOf(make: () => Layer, absent: readonly (readonly [key: string, unknown])[]): Layer {
  try {
    return make();
  } catch (thrown) {
    if (!(thrown instanceof TypeError || thrown instanceof RangeError) || absent.length === 0) throw thrown;
    throw new Misfit(`lacks an option that it needs: it has no ${absent.map(([key]) => key).join(", no ")}`);
  }
}

function at<T>(key: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof Misfit) throw new Misfit(`${key} ${thrown.message}`);
    throw thrown;
  }
}
