/**
 * target[i] = the sum over the taps of weight * source[i], one term after the other, in float64, for all i below `count`,
 * which is rounded up to eight.
 * @param taps of each 16 bytes: i32 where its source begins, 4 bytes, f64 its weight
 * @param single whether the target is float32, else float64
 */
export function weightedSums(target: usize, count: i32, taps: usize, tapCount: i32, single: bool): void {
  const end = taps + ((<usize>tapCount) << 4);
  const size = (<usize>count) << 3;
  for (let i: usize = 0; i < size; i += 64) {
    let a = f64x2.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (let tap = taps; tap < end; tap += 16) {
      const from = <usize>load<i32>(tap) + i;
      const weight = v128.load64_splat(tap, 8);
      a = f64x2.add(a, f64x2.mul(weight, v128.load(from)));
      b = f64x2.add(b, f64x2.mul(weight, v128.load(from, 16)));
      c = f64x2.add(c, f64x2.mul(weight, v128.load(from, 32)));
      d = f64x2.add(d, f64x2.mul(weight, v128.load(from, 48)));
    }
    if (single) {
      const to = target + (i >> 1);
      v128.store64_lane(to, f32x4.demote_f64x2_zero(a), 0);
      v128.store64_lane(to, f32x4.demote_f64x2_zero(b), 0, 8);
      v128.store64_lane(to, f32x4.demote_f64x2_zero(c), 0, 16);
      v128.store64_lane(to, f32x4.demote_f64x2_zero(d), 0, 24);
    } else {
      const to = target + i;
      v128.store(to, a);
      v128.store(to, b, 16);
      v128.store(to, c, 32);
      v128.store(to, d, 48);
    }
  }
}
