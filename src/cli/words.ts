const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A number of things: 1,256,080. */
export function counted(count: number): string {
  return whole.format(count);
}

/** 7 s, 3 min 20 s, 2 h 5 min. */
export function durationText(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** How the user called us: `npm start` gives the words after `--` on. */
export function commandText(command: string): string {
  return process.env.npm_lifecycle_event === "start" ? `npm start -- ${command}` : `striate ${command}`;
}
