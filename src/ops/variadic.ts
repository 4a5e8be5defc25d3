import { StriateError } from "../errors.ts";
import { defineVariadicOp, type GraphBuilder, type Node, type Value } from "../graph/index.ts";
import { at, broadcastShapes, sizeOf, typeText } from "../tensor/index.ts";
import { add, div, mul } from "./arithmetic.ts";
import { broadcastReals, sumTo } from "./broadcast.ts";
import { castTo } from "./cast.ts";
import { equal } from "./compare.ts";

interface Variadic {
  readonly name: string;
  f(values: readonly number[]): number;
  /** The gradients, one maker for each input, before they are summed over broadcast axes. */
  gradient(g: GraphBuilder, inputs: readonly Value[], output: Value, dOutput: Value): readonly (() => Value)[];
}

/** An elementwise function of any number of tensors that broadcast together. */
function defineVariadic({ name, f, gradient }: Variadic) {
  return defineVariadicOp({
    name,
    infer: (inputs) => {
      const [first] = inputs;
      if (!first || inputs.some(({ dtype }) => dtype !== first.dtype)) {
        throw new StriateError(
          "shape",
          `${name} needs one or more tensors of one type, received ${inputs.map(typeText).join(", ") || "nothing"}`,
        );
      }
      return [{ dtype: first.dtype, shape: broadcastShapes(...inputs.map(({ shape }) => shape)) }];
    },
    reference: (inputs, _, node) => [broadcastReals(inputs, at(node.outputs, 0).shape, (...values) => f(values))],
    gradient: ({ g, inputs, output, dOutput }) => {
      const full = gradient(g, inputs, output, dOutput);
      return inputs.map(
        ({ shape }, i) =>
          () =>
            sumTo(g, at(full, i)(), shape),
      );
    },
    cost: (node: Node) => ({ multiplyAdds: 0, flops: node.inputs.length * sizeOf(at(node.outputs, 0).shape) }),
    samples: [
      { name: "one", inputs: [{ shape: [2, 3] }] },
      { name: "two", inputs: [{ shape: [2, 3] }, { shape: [2, 3] }] },
      { name: "three that broadcast", inputs: [{ shape: [2, 1, 3] }, { shape: [4, 1] }, { shape: [] }] },
    ],
  });
}

/** The gradient of Min and Max goes to the chosen input; where several are equal, they share it evenly. */
function chosen(g: GraphBuilder, inputs: readonly Value[], output: Value, dOutput: Value): (() => Value)[] {
  if (inputs.length === 1) return [() => dOutput];
  const masks = inputs.map((input) => castTo(g, g.op(equal, [input, output]), dOutput.dtype));
  const share = g.op(div, [dOutput, masks.reduce((sum, mask) => g.op(add, [sum, mask]))]);
  return masks.map((mask) => () => g.op(mul, [share, mask]));
}

/** The largest of several tensors at each place, broadcast. */
export const max = defineVariadic({ name: "Max", f: (values) => Math.max(...values), gradient: chosen });
/** The smallest of several tensors at each place, broadcast. */
export const min = defineVariadic({ name: "Min", f: (values) => Math.min(...values), gradient: chosen });

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

export const sum = defineVariadic({
  name: "Sum",
  f: total,
  gradient: (_g, inputs, _output, dOutput) => inputs.map(() => () => dOutput),
});

export const mean = defineVariadic({
  name: "Mean",
  f: (values) => total(values) / values.length,
  gradient: (g, inputs, _output, dOutput) =>
    inputs.map(() => () => g.op(div, [dOutput, g.scalar(dOutput, inputs.length)])),
});
