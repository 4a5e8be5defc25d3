/** How the user called us: `npm start` gives the words after `--` on. */
export function commandText(command: string): string {
  return process.env.npm_lifecycle_event === "start" ? `npm start -- ${command}` : `striate ${command}`;
}
