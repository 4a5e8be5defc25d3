/** A smooth function at a point. */
export interface Slope {
  readonly value: number;
  readonly gradient: Float64Array;
}

export interface LbfgsOptions {
  /** The most steps; default 100. */
  readonly iterations?: number;
  /** It ends where no component of the gradient is larger; default 1e-5. */
  readonly tolerance?: number;
}

/** Steps whose change of the gradient is remembered. */
const MEMORY = 10;

/** Of the decrease that the slope promises, what a step must bring at least (Armijo). */
const DECREASE = 1e-4;

/** How much a value computed in float32 may be off, relatively. */
const ROUNDING = 1e-6;

/**
 * The minimum of a smooth convex function: L-BFGS (Nocedal and Wright 2006, algorithms 7.4 and 7.5) with steps halved until
 * they decrease the function enough.
 * @param at the function; it may be computed elsewhere, in float32
 * @returns the point that was reached
 */
export async function minimize(
  at: (point: Float64Array) => Promise<Slope>,
  start: Float64Array,
  { iterations = 100, tolerance = 1e-5 }: LbfgsOptions = {},
): Promise<Float64Array> {
  let point = start;
  let here = await at(point);
  const past: { readonly moved: Float64Array; readonly turned: Float64Array; readonly rho: number }[] = [];
  for (let i = 0; i < iterations; i++) {
    if (largest(here.gradient) <= tolerance) return point;
    const direction = descent(here.gradient, past);
    let slope = dot(direction, here.gradient);
    if (slope >= 0) {
      // What was remembered no longer fits: begin anew with the steepest descent.
      past.length = 0;
      direction.set(here.gradient.map((g) => -g));
      slope = dot(direction, here.gradient);
    }
    let size = past.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    let next: Float64Array;
    let there: Slope;
    for (;;) {
      next = along(point, direction, size);
      there = await at(next);
      if (decreases(here, there, size, slope) || nearlyFlat(here, there, dot(there.gradient, direction), slope)) break;
      size /= 2;
      // In float32 the last steps no longer show in the value. What is not a number compares with nothing, and ends here too.
      if (!(size >= 1e-6)) return point;
    }
    const moved = difference(next, point);
    const turned = difference(there.gradient, here.gradient);
    const curvature = dot(moved, turned);
    if (curvature > 1e-12) {
      past.push({ moved, turned, rho: 1 / curvature });
      if (past.length > MEMORY) past.shift();
    }
    [point, here] = [next, there];
  }
  return point;
}

function decreases(here: Slope, there: Slope, size: number, slope: number): boolean {
  return there.value <= here.value + DECREASE * size * slope;
}

/** Near the minimum the decrease is lost in rounding, and only the slopes tell it (Hager and Zhang 2005, approximate Wolfe). */
function nearlyFlat(here: Slope, there: Slope, slopeThere: number, slope: number): boolean {
  return there.value <= here.value + ROUNDING * Math.abs(here.value) && slopeThere <= (2 * DECREASE - 1) * slope;
}

/** The two-loop recursion. */
function descent(
  gradient: Float64Array,
  past: readonly { readonly moved: Float64Array; readonly turned: Float64Array; readonly rho: number }[],
): Float64Array {
  const q = gradient.slice();
  const alphas: number[] = [];
  for (const { moved, turned, rho } of past.toReversed()) {
    const alpha = rho * dot(moved, q);
    alphas.push(alpha);
    addScaled(q, turned, -alpha);
  }
  const last = past.at(-1);
  const scale = last ? 1 / (last.rho * dot(last.turned, last.turned)) : 1;
  for (let i = 0; i < q.length; i++) q[i] = (q[i] ?? 0) * scale;
  for (const { moved, turned, rho } of past) {
    const beta = rho * dot(turned, q);
    addScaled(q, moved, (alphas.pop() ?? 0) - beta);
  }
  for (let i = 0; i < q.length; i++) q[i] = -(q[i] ?? 0);
  return q;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function addScaled(to: Float64Array, from: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] ?? 0) + factor * (from[i] ?? 0);
}

function along(point: Float64Array, direction: Float64Array, size: number): Float64Array {
  const moved = point.slice();
  addScaled(moved, direction, size);
  return moved;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - (b[i] ?? 0));
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
