/** Terms that are longer have their description on the next lines. */
const LONGEST_TERM = 28;
const INDENT = 2;

/** What an item of the help is laid out with, of commander's `Help`. */
interface Layout {
  readonly helpWidth?: number | undefined;
  boxWrap(text: string, width: number): string;
}

/**
 * How commander lays the help out: broken at words, at the terminal's width, whatever the length of an option.
 * @see https://github.com/tj/commander.js/blob/master/docs/help-in-depth.md
 */
export const HELP_LAYOUT = {
  showGlobalOptions: true,
  // In a narrower column than this it would not be broken at all.
  minWidthToWrap: 16,
  subcommandTerm: (command: { name(): string }) => command.name(),
  formatItem(term: string, termWidth: number, description: string, layout: Layout): string {
    const column = Math.min(termWidth, LONGEST_TERM);
    const left = " ".repeat(INDENT + column + 2);
    const head = `${" ".repeat(INDENT)}${term.padEnd(column)}  `;
    const text = layout.boxWrap(description, (layout.helpWidth ?? 80) - left.length).replaceAll("\n", `\n${left}`);
    return term.length > column ? `${head.trimEnd()}\n${left}${text}` : head + text;
  },
};

/** The examples of a command; long ones go on after a backslash, as a shell reads them. */
export function examplesText(examples: readonly string[], width: number): string {
  return ["", "Examples:", ...examples.map((example) => brokenLine(`striate ${example}`, width))].join("\n");
}

function brokenLine(example: string, width: number): string {
  const lines: string[] = [];
  let line = " ";
  for (const part of example.split(/ (?=--?[a-z])/)) {
    if (line.trim() !== "" && line.length + 1 + part.length > width - 2) {
      lines.push(`${line} \\`);
      line = "     ";
    }
    line += ` ${part}`;
  }
  return [...lines, line].join("\n");
}
