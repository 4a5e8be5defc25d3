/** a[i] = sqrt(a[i]^2 + b[i]^2) of float32, computed in float64, for all i below `count`, which is rounded up to four. */
export function magnitudes(a: usize, b: usize, count: i32): void {
  const end = a + ((<usize>count) << 2);
  for (; a < end; a += 16, b += 16) {
    v128.store64_lane(a, hypot(v128.load64_zero(a), v128.load64_zero(b)), 0);
    v128.store64_lane(a, hypot(v128.load64_zero(a, 8), v128.load64_zero(b, 8)), 0, 8);
  }
}

function hypot(a: v128, b: v128): v128 {
  const x = f64x2.promote_low_f32x4(a);
  const y = f64x2.promote_low_f32x4(b);
  return f32x4.demote_f64x2_zero(f64x2.sqrt(f64x2.add(f64x2.mul(x, x), f64x2.mul(y, y))));
}
