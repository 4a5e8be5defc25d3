import { StriateError } from "../errors.ts";
import { defineOp, type Value } from "../graph/index.ts";
import { at, broadcastShapes, typeText } from "../tensor/index.ts";
import { broadcastReals, mapReals } from "./broadcast.ts";

function checkBool(name: string, ...inputs: readonly Value[]): void {
  const odd = inputs.find(({ dtype }) => dtype !== "bool");
  if (odd) throw new StriateError("shape", `${name} takes bool, received ${typeText(odd)}; compare or cast first`);
}

/** Whether each element is false. */
export const not = defineOp({
  name: "Not",
  inputs: ["X"],
  infer: ({ X }) => {
    checkBool("Not", X);
    return [X];
  },
  reference: ({ X }) => [mapReals(X, (x) => (x ? 0 : 1))],
  samples: [{ name: "a row", inputs: [{ shape: [3], dtype: "bool", values: [1, 0, 1] }] }],
});

/** An elementwise connective of two bool tensors that broadcast together. */
function defineConnective(name: string, f: (a: boolean, b: boolean) => boolean) {
  return defineOp({
    name,
    inputs: ["A", "B"],
    infer: ({ A, B }: { A: Value; B: Value }) => {
      checkBool(name, A, B);
      return [{ dtype: "bool" as const, shape: broadcastShapes(A.shape, B.shape) }];
    },
    reference: ({ A, B }, _, node) => [
      broadcastReals([A, B], at(node.outputs, 0).shape, (a, b) => (f(a !== 0, b !== 0) ? 1 : 0)),
    ],
    samples: [
      {
        name: "a table",
        inputs: [
          { shape: [2, 1], dtype: "bool", values: [0, 1] },
          { shape: [2], dtype: "bool", values: [0, 1] },
        ],
      },
    ],
  });
}

export const and = defineConnective("And", (a, b) => a && b);
export const or = defineConnective("Or", (a, b) => a || b);
