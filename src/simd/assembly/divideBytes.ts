/** Bytes as float32: each divided by `divisor` and rounded once. Works on sixteen at a time, of both sides. */
export function divideBytes(source: usize, target: usize, count: i32, divisor: f32): void {
  const divisors = f32x4.splat(divisor);
  for (let i = 0; i < count; i += 16) {
    const bytes = v128.load(source);
    const low = i16x8.extend_low_i8x16_u(bytes);
    const high = i16x8.extend_high_i8x16_u(bytes);
    v128.store(target, f32x4.div(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low)), divisors));
    v128.store(target, f32x4.div(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low)), divisors), 16);
    v128.store(target, f32x4.div(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high)), divisors), 32);
    v128.store(target, f32x4.div(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high)), divisors), 48);
    source += 16;
    target += 64;
  }
}
