import {
  activation,
  averagePooling2d,
  batchNormalization,
  concatenate,
  conv2d,
  globalAveragePooling2d,
  maxPooling2d,
  type Padding,
  type SymbolicTensor,
} from "../layers/index.ts";
import type { Model } from "../model/index.ts";
import { chain, type NetOptions, pictureNet, predictions } from "./net.ts";

/** A convolution: its kernels, and the rows and columns of each. */
type Unit = `${number} ${number}x${number}`;

/** Convolutions one after the other. */
type Branch = readonly Unit[];

/** Branches side by side, beside them an average pooling with a 1x1 convolution, or a max pooling that halves the maps. */
interface Module {
  readonly branches: readonly Branch[];
  /** Kernels behind the average pooling; left out in a module that halves the maps. */
  readonly pool?: number;
}

const wide = (pool: number): Module => ({
  branches: [["64 1x1"], ["48 1x1", "64 5x5"], ["64 1x1", "96 3x3", "96 3x3"]],
  pool,
});

/** 7x7 kernels as 1x7 and 7x1 (figure 6). */
const factorized = (n: number): Module => ({
  branches: [
    ["192 1x1"],
    [`${n} 1x1`, `${n} 1x7`, "192 7x1"],
    [`${n} 1x1`, `${n} 7x1`, `${n} 1x7`, `${n} 7x1`, "192 1x7"],
  ],
  pool: 192,
});

/** mixed0 to mixed8 of Keras. */
const MODULES: readonly Module[] = [
  wide(32),
  wide(64),
  wide(64),
  { branches: [["384 3x3"], ["64 1x1", "96 3x3", "96 3x3"]] },
  factorized(128),
  factorized(160),
  factorized(160),
  factorized(192),
  {
    branches: [
      ["192 1x1", "320 3x3"],
      ["192 1x1", "192 1x7", "192 7x1", "192 3x3"],
    ],
  },
];

/**
 * The layers of one net. They are numbered as Keras numbers them in a fresh session: `conv2d`, `conv2d_1`, ...,
 * `batch_normalization_93`; so a file with Keras's names fits, and one that is read by order fits too.
 */
class Layers {
  readonly #counts = new Map<string, number>();

  name(stem: string): string {
    const count = this.#counts.get(stem) ?? 0;
    this.#counts.set(stem, count + 1);
    return count === 0 ? stem : `${stem}_${count}`;
  }

  /** Convolution without bias, batch normalization without gamma, ReLU. */
  unit(x: SymbolicTensor, unit: Unit, padding: Padding = "same", strides = 1): SymbolicTensor {
    const [filters = 1, rows = 1, columns = 1] = unit.split(/[ x]/).map(Number);
    const kernelSize = [rows, columns] as const;
    return chain(
      x,
      conv2d({ name: this.name("conv2d"), filters, kernelSize, strides, padding, useBias: false }),
      batchNormalization({ name: this.name("batch_normalization"), scale: false }),
      activation({ name: this.name("activation"), activation: "relu" }),
    );
  }

  /** One convolution after the other; in a module that halves the maps the last one does it. */
  branch(x: SymbolicTensor, units: Branch, halves = false): SymbolicTensor {
    const last = units.length - 1;
    return units.reduce(
      (y, unit, i) => (halves && i === last ? this.unit(y, unit, "valid", 2) : this.unit(y, unit)),
      x,
    );
  }

  maxPool(x: SymbolicTensor): SymbolicTensor {
    return maxPooling2d({ name: this.name("max_pooling2d"), poolSize: 3, strides: 2 })(x);
  }

  averagePool(x: SymbolicTensor, filters: number): SymbolicTensor {
    const name = this.name("average_pooling2d");
    return this.unit(averagePooling2d({ name, poolSize: 3, strides: 1, padding: "same" })(x), `${filters} 1x1`);
  }

  mixed(x: SymbolicTensor, name: string, { branches, pool }: Module): SymbolicTensor {
    const ends = branches.map((branch) => this.branch(x, branch, pool === undefined));
    const pooled = pool === undefined ? this.maxPool(x) : this.averagePool(x, pool);
    return concatenate({ name })([...ends, pooled]);
  }

  /** The modules of the coarsest maps, in which branches end in 1x3 and 3x1 side by side (figure 7). */
  expanded(x: SymbolicTensor, name: string, inner: string): SymbolicTensor {
    const split = (y: SymbolicTensor) => [this.unit(y, "384 1x3"), this.unit(y, "384 3x1")];
    const one = this.unit(x, "320 1x1");
    const three = concatenate({ name: inner })(split(this.unit(x, "384 1x1")));
    const double = split(this.branch(x, ["448 1x1", "384 3x3"]));
    const joined = concatenate({ name: this.name("concatenate") })(double);
    return concatenate({ name })([one, three, joined, this.averagePool(x, 192)]);
  }
}

function features(x: SymbolicTensor): SymbolicTensor {
  const layers = new Layers();
  let y = layers.unit(x, "32 3x3", "valid", 2);
  y = layers.unit(y, "32 3x3", "valid");
  y = layers.maxPool(layers.unit(y, "64 3x3"));
  y = layers.unit(y, "80 1x1", "valid");
  y = layers.maxPool(layers.unit(y, "192 3x3", "valid"));
  for (const [i, module] of MODULES.entries()) y = layers.mixed(y, `mixed${i}`, module);
  y = layers.expanded(y, "mixed9", "mixed9_0");
  return layers.expanded(y, "mixed10", "mixed9_1");
}

/**
 * Inception-v3: Szegedy et al. 2016, "Rethinking the Inception architecture for computer vision", with the layers and names
 * of Keras's InceptionV3. 23,851,784 parameters for 299x299x3 and 1,000 classes; pictures of at least 75x75.
 */
export function inceptionV3(options: NetOptions = {}): Model {
  const top = (x: SymbolicTensor, classes: number) =>
    chain(x, globalAveragePooling2d({ name: "avg_pool" }), predictions(classes));
  return pictureNet({ name: "inception-v3", inputShape: [299, 299, 3], smallest: 75, features, top }, options, {});
}
