import { StriateError } from "../../errors.ts";
import { l1, l1L2, l2, orthogonal, type Regularizer, type RegularizerName } from "../../layers/index.ts";
import { type Codec, Misfit, number, shown, words } from "./codec.ts";
import { isRecord, type JsonRecord } from "./json.ts";

type Given = RegularizerName | Regularizer;

const mode = words({ rows: "rows", columns: "columns" });

const CLASSES: Readonly<Record<string, (config: JsonRecord) => Regularizer>> = {
  l1: ({ l1: factor = 0.01 }) => l1(number.read(factor)),
  l2: ({ l2: factor = 0.01 }) => l2(number.read(factor)),
  l1l2: ({ l1 = 0, l2 = 0 }) => l1L2({ l1: number.read(l1), l2: number.read(l2) }),
  orthogonalregularizer: ({ factor = 0.01, mode: rows = "rows" }) =>
    orthogonal({ factor: number.read(factor), mode: mode.read(rows) }),
};

const NAMED: Readonly<Record<RegularizerName, () => Regularizer>> = {
  l1,
  l2,
  l1L2: () => l1L2({ l1: 0.01, l2: 0.01 }),
  orthogonal,
};

/**
 * Regularizers by name or as {"class_name": ..., "config": ...}. A class of somebody's own is Python code: its name is
 * kept, the layer predicts, and says so when it is to be trained.
 */
export const regularizer: Codec<Given> = {
  read: (value) => {
    const className = isRecord(value) ? value.class_name : value;
    if (typeof className !== "string") throw new Misfit(`is ${shown(value)}, which is no regularizer`);
    const config = isRecord(value) && isRecord(value.config) ? value.config : {};
    const name = className.replaceAll("_", "").toLowerCase();
    const make = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
    return make ? make(config) : { foreign: className };
  },
  write: (value) => {
    const given = typeof value === "string" ? NAMED[value]() : value;
    if ("foreign" in given) {
      throw new StriateError(
        "usage",
        `the regularizer ${given.foreign} is Python code, which no file of Striate's can hold`,
      );
    }
    const className = "mode" in given ? "OrthogonalRegularizer" : "L1L2";
    return { module: "keras.regularizers", class_name: className, config: { ...given }, registered_name: null };
  },
};
