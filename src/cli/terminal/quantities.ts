const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A number of things: 1,256,080. */
export function counted(count: number): string {
  return whole.format(count);
}

/** 1 picture, 1,200 pictures: the plural is the word with an s, or the one given. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${counted(count)} ${count === 1 ? one : many}`;
}

/** 0:07, 3:20, 2:05:00. */
export function durationText(seconds: number): string {
  const s = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
  const two = (x: number) => String(x).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** 494 MB, 1.2 GB. */
export function memoryText(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
