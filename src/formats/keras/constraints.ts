import { StriateError } from "../../errors.ts";
import { type Constraint, type ConstraintName, maxNorm, minMaxNorm, nonNeg, unitNorm } from "../../layers/index.ts";
import { axes, type Codec, Misfit, number, shown } from "./codec.ts";
import { isRecord, type JsonRecord } from "./json.ts";

const CLASSES: Readonly<Record<ConstraintName, string>> = {
  maxNorm: "MaxNorm",
  minMaxNorm: "MinMaxNorm",
  nonNeg: "NonNeg",
  unitNorm: "UnitNorm",
};

const NAMED: Readonly<Record<ConstraintName, () => Constraint>> = { maxNorm, minMaxNorm, nonNeg, unitNorm };

const READ: Readonly<Record<ConstraintName, (config: JsonRecord) => Constraint>> = {
  maxNorm: ({ max_value = 2, axis = 0 }) => maxNorm({ maxValue: number.read(max_value), axis: axes.read(axis) }),
  minMaxNorm: ({ min_value = 0, max_value = 1, rate = 1, axis = 0 }) =>
    minMaxNorm({
      minValue: number.read(min_value),
      maxValue: number.read(max_value),
      rate: number.read(rate),
      axis: axes.read(axis),
    }),
  nonNeg: () => nonNeg(),
  unitNorm: ({ axis = 0 }) => unitNorm({ axis: axes.read(axis) }),
};

/**
 * Constraints by name (max_norm, MaxNorm) or as {"class_name": ..., "config": ...}. A class of somebody's own is Python
 * code: its name is kept, the layer predicts, and says so when it is to be trained.
 */
export const constraint: Codec<ConstraintName | Constraint> = {
  read: (value) => {
    const className = isRecord(value) ? value.class_name : value;
    if (typeof className !== "string") throw new Misfit(`is ${shown(value)}, which is no constraint`);
    const config = isRecord(value) && isRecord(value.config) ? value.config : {};
    const plain = className.replaceAll("_", "").toLowerCase();
    const [name] = Object.entries(CLASSES).find(([, known]) => known.toLowerCase() === plain) ?? [];
    return name === undefined ? { by: "foreign", name: className } : READ[name as ConstraintName](config);
  },
  write: (value) => {
    const given = typeof value === "string" ? NAMED[value]() : value;
    if (given.by === "foreign") {
      throw new StriateError(
        "usage",
        `the constraint ${given.name} is Python code, which no file of Striate's can hold`,
      );
    }
    return {
      module: "keras.constraints",
      class_name: CLASSES[given.by],
      config: configOf(given),
      registered_name: null,
    };
  },
};

function configOf(given: Exclude<Constraint, { by: "foreign" }>): JsonRecord {
  switch (given.by) {
    case "maxNorm":
      return { max_value: given.maxValue, axis: given.axis };
    case "minMaxNorm":
      return { min_value: given.minValue, max_value: given.maxValue, rate: given.rate, axis: given.axis };
    case "unitNorm":
      return { axis: given.axis };
    case "nonNeg":
      return {};
  }
}
