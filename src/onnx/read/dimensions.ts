import { listed, nameText, quoted } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { GraphBuilder, Value } from "../../graph/index.ts";
import { typeText } from "../../tensor/index.ts";
import type { OnnxInput, OnnxModel } from "./model.ts";

/** `float32[batch,3,224,224]`, `?` being a dimension without a name. */
function inputText({ dtype, dims }: OnnxInput): string {
  return dims ? `${dtype}[${dims.map((size) => nameText(String(size ?? "?"))).join(",")}]` : `${dtype} of any shape`;
}

/**
 * Checks that every input of the file is given, and fits; a dimension of one name has one size.
 * @throws StriateError `shape`
 */
export function bindInputs({ name, inputs }: OnnxModel, given: ReadonlyMap<string, Value>): void {
  const names = inputs.map((input) => input.name);
  const known = new Set(names);
  const unknown = [...given.keys()].filter((key) => !known.has(key));
  const missing = names.filter((key) => !given.has(key));
  if (unknown.length > 0 || missing.length > 0) {
    const wrong = unknown.length > 0 ? `has no input ${listed(unknown)}` : `was not given ${missing.join(", ")}`;
    throw new StriateError("shape", `${name} ${wrong}; its inputs are ${listed(names) || "none"}`);
  }
  const bound = new Map<string, { readonly size: number; readonly input: string }>();
  for (const input of inputs) {
    const value = given.get(input.name);
    const { dtype, dims = value?.shape ?? [] } = input;
    if (!value) continue;
    const fits = (size: number, axis: number) => typeof dims[axis] !== "number" || dims[axis] === size;
    if (value.dtype !== dtype || value.shape.length !== dims.length || !value.shape.every(fits)) {
      throw new StriateError(
        "shape",
        `${name}: input ${nameText(input.name)} is ${inputText(input)}, received ${typeText(value)}`,
      );
    }
    for (const [axis, size] of value.shape.entries()) {
      const symbol = dims[axis];
      if (typeof symbol !== "string") continue;
      const before = bound.get(symbol);
      if (before && before.size !== size) {
        throw new StriateError(
          "shape",
          `${name}: dimension ${nameText(symbol)} is ${before.size} in ${nameText(before.input)} and ${size} in ${nameText(input.name)}; it must have one size`,
        );
      }
      bound.set(symbol, { size, input: input.name });
    }
  }
}

/** Adds the file's inputs to a graph, dynamic dimensions taking the sizes of `bind`. */
export function declareInputs(
  { name, inputs }: OnnxModel,
  g: GraphBuilder,
  bind: Readonly<Record<string, number>>,
): Map<string, Value> {
  const sizes = new Map(Object.entries(bind));
  const symbols = new Set(inputs.flatMap(({ dims = [] }) => dims.filter((size) => typeof size === "string")));
  const open = inputs.filter(({ dims }) => !dims || dims.includes(undefined));
  if (open.length > 0) {
    const list = open.map((input) => `${nameText(input.name)} (${inputText(input)})`).join(", ");
    throw new StriateError(
      "usage",
      `${name} has dimensions without a name, in ${list}; use instantiate with inputs of your own`,
    );
  }
  const unbound = [...symbols].filter((symbol) => !sizes.has(symbol));
  if (unbound.length > 0) {
    const example = unbound.map((symbol) => `${quoted(symbol)}: 1`).join(", ");
    throw new StriateError(
      "usage",
      `${name} has dynamic dimensions without a size: ${listed(unbound)}; give bind: { ${example} }`,
    );
  }
  const unknown = [...sizes.keys()].filter((symbol) => !symbols.has(symbol));
  if (unknown.length > 0) {
    throw new StriateError("usage", `${name} has no dimension ${listed(unknown)}; it has ${listed(symbols) || "none"}`);
  }
  const odd = [...sizes].find(([, size]) => !Number.isSafeInteger(size) || size < 0);
  if (odd) throw new StriateError("usage", `dimension ${odd[0]} cannot have the size ${odd[1]}`);
  return new Map(
    inputs.map((input) => {
      const shape = (input.dims ?? []).map((size) => (typeof size === "string" ? (sizes.get(size) ?? 0) : (size ?? 0)));
      return [input.name, g.input(input.name, input.dtype, shape)];
    }),
  );
}
