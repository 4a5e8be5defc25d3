/**
 * out[i] = sum over rows r and over k of weights[r width + k] * source[starts[r] + i + k step], one term after the other.
 * Four neighbours are summed at once: what one of them reads the next needs with its next weight, so that it waits in a
 * variable.
 *
 * @param starts where the rows begin in `source`
 * @param weights of one row after the other, as many for each
 */
export function slideAlong(
  out: Float64Array,
  source: Float64Array,
  starts: Int32Array,
  weights: Float64Array,
  step: number,
): void {
  const width = weights.length / starts.length;
  for (let channel = 0; channel < step; channel++) {
    let i = channel;
    for (; i + 3 * step < out.length; i += 4 * step) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let row = 0, k = 0; row < starts.length; row++) {
        const from = (starts[row] ?? 0) + i;
        let r0 = source[from] ?? 0;
        let r1 = source[from + step] ?? 0;
        let r2 = source[from + 2 * step] ?? 0;
        let r3 = 0;
        let next = from + 3 * step;
        const end = k + width;
        // Four weights at once, so that no number is moved on from variable to variable.
        for (; k + 3 < end; k += 4, next += 4 * step) {
          const w0 = weights[k] ?? 0;
          r3 = source[next] ?? 0;
          s0 += w0 * r0;
          s1 += w0 * r1;
          s2 += w0 * r2;
          s3 += w0 * r3;
          const w1 = weights[k + 1] ?? 0;
          r0 = source[next + step] ?? 0;
          s0 += w1 * r1;
          s1 += w1 * r2;
          s2 += w1 * r3;
          s3 += w1 * r0;
          const w2 = weights[k + 2] ?? 0;
          r1 = source[next + 2 * step] ?? 0;
          s0 += w2 * r2;
          s1 += w2 * r3;
          s2 += w2 * r0;
          s3 += w2 * r1;
          const w3 = weights[k + 3] ?? 0;
          r2 = source[next + 3 * step] ?? 0;
          s0 += w3 * r3;
          s1 += w3 * r0;
          s2 += w3 * r1;
          s3 += w3 * r2;
        }
        for (; k < end; k++, next += step) {
          const weight = weights[k] ?? 0;
          r3 = source[next] ?? 0;
          s0 += weight * r0;
          s1 += weight * r1;
          s2 += weight * r2;
          s3 += weight * r3;
          r0 = r1;
          r1 = r2;
          r2 = r3;
        }
      }
      out[i] = s0;
      out[i + step] = s1;
      out[i + 2 * step] = s2;
      out[i + 3 * step] = s3;
    }
    for (; i < out.length; i += step) {
      let sum = 0;
      for (let row = 0, k = 0; row < starts.length; row++) {
        let from = (starts[row] ?? 0) + i;
        for (const end = k + width; k < end; k++, from += step) sum += (weights[k] ?? 0) * (source[from] ?? 0);
      }
      out[i] = sum;
    }
  }
}

/** How many rows `slideDown` makes. */
export const ROWS_AT_ONCE = 4;

/**
 * Row t of four, one after the other in `out`: out[t length + i] = sum over k of weights[k] * source[starts[k + t] + i].
 * @param starts where the rows begin in `source`, three more than there are weights
 */
export function slideDown(
  out: Float32Array,
  length: number,
  source: Float64Array,
  starts: Int32Array,
  weights: Float64Array,
): void {
  const whole = weights.length - (weights.length % 4);
  const [first = 0, second = 0, third = 0] = starts;
  for (let i = 0; i < length; i++) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let r0 = source[first + i] ?? 0;
    let r1 = source[second + i] ?? 0;
    let r2 = source[third + i] ?? 0;
    let r3 = 0;
    let k = 0;
    for (; k < whole; k += 4) {
      const w0 = weights[k] ?? 0;
      r3 = source[(starts[k + 3] ?? 0) + i] ?? 0;
      s0 += w0 * r0;
      s1 += w0 * r1;
      s2 += w0 * r2;
      s3 += w0 * r3;
      const w1 = weights[k + 1] ?? 0;
      r0 = source[(starts[k + 4] ?? 0) + i] ?? 0;
      s0 += w1 * r1;
      s1 += w1 * r2;
      s2 += w1 * r3;
      s3 += w1 * r0;
      const w2 = weights[k + 2] ?? 0;
      r1 = source[(starts[k + 5] ?? 0) + i] ?? 0;
      s0 += w2 * r2;
      s1 += w2 * r3;
      s2 += w2 * r0;
      s3 += w2 * r1;
      const w3 = weights[k + 3] ?? 0;
      r2 = source[(starts[k + 6] ?? 0) + i] ?? 0;
      s0 += w3 * r3;
      s1 += w3 * r0;
      s2 += w3 * r1;
      s3 += w3 * r2;
    }
    for (; k < weights.length; k++) {
      const weight = weights[k] ?? 0;
      r3 = source[(starts[k + 3] ?? 0) + i] ?? 0;
      s0 += weight * r0;
      s1 += weight * r1;
      s2 += weight * r2;
      s3 += weight * r3;
      r0 = r1;
      r1 = r2;
      r2 = r3;
    }
    out[i] = s0;
    out[length + i] = s1;
    out[2 * length + i] = s2;
    out[3 * length + i] = s3;
  }
}
