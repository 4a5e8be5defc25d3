const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A number of things: 1,256,080. */
export function counted(count: number): string {
  return whole.format(count);
}

/** 0:07, 3:20, 2:05:00. */
export function durationText(seconds: number): string {
  const s = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
  const two = (x: number) => String(x).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
