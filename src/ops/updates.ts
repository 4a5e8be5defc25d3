import { StriateError } from "../errors.ts";
import {
  type Attribute,
  type AttributeSpec,
  type AttributesOf,
  defineOp,
  float,
  int,
  type Sample,
  type Value,
} from "../graph/index.ts";
import { at, sameShape, typeText } from "../tensor/index.ts";
import { formula } from "./formula.ts";

/**
 * One step of an optimizer for one weight: the weight, its gradient, the slots that the optimizer keeps for it and the
 * learning rate go in; the new weight and the new slots come out. Formulas and names are Keras's.
 */
interface Update<Slot extends string, S extends Readonly<Record<string, AttributeSpec<number>>>> {
  readonly name: string;
  readonly slots: readonly Slot[];
  readonly attributes: S;
  /** One element: the new weight, then the new slots. */
  element(
    w: number,
    g: number,
    rate: number,
    slots: Readonly<Record<Slot, number>>,
    a: AttributesOf<S>,
  ): readonly number[];
  /** The same formula over whole tensors. */
  build(
    f: ReturnType<typeof formula>,
    w: Value,
    g: Value,
    rate: Value,
    slots: Readonly<Record<Slot, Value>>,
    a: AttributesOf<S>,
  ): readonly Value[];
  readonly samples: readonly Readonly<Record<string, Attribute>>[];
}

function defineUpdate<Slot extends string, const S extends Readonly<Record<string, AttributeSpec<number>>>>(
  update: Update<Slot, S>,
) {
  const named = <T>(list: (slot: Slot) => T) =>
    Object.fromEntries(update.slots.map((slot) => [slot, list(slot)])) as Readonly<Record<Slot, T>>;
  return defineOp({
    name: update.name,
    domain: "striate",
    inputs: ["Weight", "Gradient", "LearningRate", ...update.slots] as const satisfies readonly string[],
    attributes: update.attributes,
    infer: (inputs) => {
      const { Weight } = inputs;
      const rest: readonly Value[] = [inputs.Gradient, ...update.slots.map((slot) => inputs[slot])];
      const odd = rest.find(({ shape, dtype }) => !sameShape(shape, Weight.shape) || dtype !== Weight.dtype);
      if (odd || inputs.LearningRate.shape.length > 0) {
        throw new StriateError(
          "shape",
          `${update.name}: weight ${typeText(Weight)} with ${rest.map(typeText).join(", ")} and rate ${typeText(inputs.LearningRate)}`,
        );
      }
      return [Weight, ...update.slots.map(() => Weight)];
    },
    reference: (inputs, attributes) => {
      const { Weight, Gradient, LearningRate } = inputs;
      const results = [Weight, ...update.slots.map((slot) => inputs[slot])].map(({ shape, data }) => ({
        shape,
        data: new Float64Array(data.length),
      }));
      const rate = at(LearningRate.data, 0);
      // One object for all elements, of which a weight has millions.
      const slots: Record<Slot, number> = { ...named(() => 0) };
      for (let i = 0; i < Weight.data.length; i++) {
        for (const slot of update.slots) slots[slot] = inputs[slot].data[i] ?? 0;
        const next = update.element(Weight.data[i] ?? 0, Gradient.data[i] ?? 0, rate, slots, attributes);
        for (let k = 0; k < results.length; k++) at(results, k).data[i] = next[k] ?? 0;
      }
      return results;
    },
    lower: ({ g, inputs, attributes }) => {
      const { Weight, Gradient, LearningRate } = inputs;
      return update.build(
        formula(g, Weight),
        Weight,
        Gradient,
        LearningRate,
        named((slot) => inputs[slot]),
        attributes,
      );
    },
    samples: update.samples.map((attributes): Sample => {
      const rate = { shape: [], values: [0.1] };
      const slots = update.slots.map(() => ({ shape: [2, 3], low: 0.7, high: 0.8 }));
      const name =
        Object.entries(attributes)
          .map(([key, value]) => `${key} ${value}`)
          .join(", ") || "defaults";
      return { name, inputs: [{ shape: [2, 3] }, { shape: [2, 3], low: -0.5, high: 0.5 }, rate, ...slots], attributes };
    }),
  });
}

/** Gradient descent without momentum: w - rate g */
export const sgdUpdate = defineUpdate({
  name: "SgdUpdate",
  slots: [],
  attributes: {},
  element: (w, g, rate) => [w - rate * g],
  build: (f, w, g, rate) => [f.sub(w, f.mul(rate, g))],
  samples: [{}],
});

/** Gradient descent with momentum, plain or Nesterov's: v' = momentum v - rate g; w + v', or w + momentum v' - rate g */
export const momentumUpdate = defineUpdate({
  name: "MomentumUpdate",
  slots: ["Velocity"],
  attributes: { momentum: float(0.9), nesterov: int(0) },
  element: (w, g, rate, { Velocity }, { momentum, nesterov }) => {
    const velocity = momentum * Velocity - rate * g;
    return [nesterov ? w + momentum * velocity - rate * g : w + velocity, velocity];
  },
  build: (f, w, g, rate, { Velocity }, { momentum, nesterov }) => {
    const step = f.mul(rate, g);
    const velocity = f.sub(f.mul(Velocity, momentum), step);
    return [nesterov ? f.add(w, f.sub(f.mul(velocity, momentum), step)) : f.add(w, velocity), velocity];
  },
  samples: [{}, { nesterov: 1, momentum: 0.8 }],
});

/** Adagrad (Duchi et al. 2011): a' = a + g^2; w - rate g / sqrt(a' + epsilon) */
export const adagradUpdate = defineUpdate({
  name: "AdagradUpdate",
  slots: ["Accumulator"],
  attributes: { epsilon: float(1e-7) },
  element: (w, g, rate, { Accumulator }, { epsilon }) => {
    const accumulator = Accumulator + g * g;
    return [w - (rate * g) / Math.sqrt(accumulator + epsilon), accumulator];
  },
  build: (f, w, g, rate, { Accumulator }, { epsilon }) => {
    const accumulator = f.add(Accumulator, f.mul(g, g));
    return [f.sub(w, f.div(f.mul(rate, g), f.sqrt(f.add(accumulator, epsilon)))), accumulator];
  },
  samples: [{}],
});

/** RMSprop (Hinton, lecture 6e): v' = rho v + (1 - rho) g^2; w - rate g / sqrt(v' + epsilon) */
export const rmspropUpdate = defineUpdate({
  name: "RMSpropUpdate",
  slots: ["Velocity"],
  attributes: { rho: float(0.9), epsilon: float(1e-7) },
  element: (w, g, rate, { Velocity }, { rho, epsilon }) => {
    const velocity = rho * Velocity + (1 - rho) * g * g;
    return [w - (rate * g) / Math.sqrt(velocity + epsilon), velocity];
  },
  build: (f, w, g, rate, { Velocity }, { rho, epsilon }) => {
    const velocity = f.add(f.mul(Velocity, rho), f.mul(f.mul(g, g), 1 - rho));
    return [f.sub(w, f.div(f.mul(rate, g), f.sqrt(f.add(velocity, epsilon)))), velocity];
  },
  samples: [{}],
});

/**
 * RMSprop with Keras's two options: `centered` divides by the standard deviation of the gradient in place of its root
 * mean square, and `momentum` accumulates the steps.
 */
export const centeredRmspropUpdate = defineUpdate({
  name: "CenteredRMSpropUpdate",
  slots: ["Velocity", "Momentum", "Average"],
  attributes: { rho: float(0.9), momentum: float(0), epsilon: float(1e-7), centered: int(1) },
  element: (w, g, rate, { Velocity, Momentum, Average }, { rho, momentum, epsilon, centered }) => {
    const velocity = rho * Velocity + (1 - rho) * g * g;
    const average = rho * Average + (1 - rho) * g;
    const step = (rate * g) / Math.sqrt(velocity - (centered ? average * average : 0) + epsilon);
    const momentumNext = momentum * Momentum + step;
    return [w - momentumNext, velocity, momentumNext, average];
  },
  build: (f, w, g, rate, { Velocity, Momentum, Average }, { rho, momentum, epsilon, centered }) => {
    const velocity = f.add(f.mul(Velocity, rho), f.mul(f.mul(g, g), 1 - rho));
    const average = f.add(f.mul(Average, rho), f.mul(g, 1 - rho));
    const variance = centered ? f.sub(velocity, f.mul(average, average)) : velocity;
    const step = f.div(f.mul(rate, g), f.sqrt(f.add(variance, epsilon)));
    const momentumNext = f.add(f.mul(Momentum, momentum), step);
    return [f.sub(w, momentumNext), velocity, momentumNext, average];
  },
  samples: [{}, { momentum: 0.9, centered: 0 }],
});

/**
 * Adam (Kingma and Ba 2015), the rate being already corrected for the bias of the moments:
 * m' = m + (1 - beta1) (g - m); v' = v + (1 - beta2) (g^2 - v); w - rate m' / (sqrt(v') + epsilon)
 */
export const adamUpdate = defineUpdate({
  name: "AdamUpdate",
  slots: ["Momentum", "Velocity"],
  attributes: { beta_1: float(0.9), beta_2: float(0.999), epsilon: float(1e-7) },
  element: (w, g, rate, { Momentum, Velocity }, { beta_1, beta_2, epsilon }) => {
    const momentum = Momentum + (1 - beta_1) * (g - Momentum);
    const velocity = Velocity + (1 - beta_2) * (g * g - Velocity);
    return [w - (rate * momentum) / (Math.sqrt(velocity) + epsilon), momentum, velocity];
  },
  build: (f, w, g, rate, { Momentum, Velocity }, { beta_1, beta_2, epsilon }) => {
    const momentum = f.add(Momentum, f.mul(f.sub(g, Momentum), 1 - beta_1));
    const velocity = f.add(Velocity, f.mul(f.sub(f.mul(g, g), Velocity), 1 - beta_2));
    return [f.sub(w, f.div(f.mul(rate, momentum), f.add(f.sqrt(velocity), epsilon))), momentum, velocity];
  },
  samples: [{}],
});
