import { nameText } from "../checks/index.ts";

type Row = readonly string[];

/** How a table is laid out. */
export interface TableOptions {
  /** The columns that are words; the others are numbers, which end in line. */
  readonly left: readonly number[];
  /** The most characters of a line; where it is left out, as many as there are. */
  readonly width?: number | undefined;
}

const GAP = 2;

/** Words are made no shorter than this. */
const LEAST = 8;

/** A cell holds names from files, and the widest one makes the column. */
const WIDEST = 200;

/**
 * Rows under a header, with the totals under them: the lines of a table of text. Where it is too wide, words lose their
 * middle, the longest first: the beginning and the end of a layer's name tell more.
 */
export function textTable(header: Row, rows: readonly Row[], totals: Row, options: TableOptions): readonly string[] {
  const { left, width = Number.POSITIVE_INFINITY } = options;
  const shown = rows.map((row) => row.map((cell) => nameText(cell, WIDEST)));
  const all = [header, ...shown, totals];
  const natural = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const widths = fitted(natural, left, width);
  const line = (row: Row) =>
    row
      .map((cell, column) => {
        const room = widths[column] ?? 0;
        return left.includes(column) ? shortened(cell, room).padEnd(room) : cell.padStart(room);
      })
      .join(" ".repeat(GAP))
      .trimEnd();
  const rule = "─".repeat(lineWidth(widths));
  return [rule, line(header), rule, ...shown.map(line), rule, line(totals)];
}

/** How wide the widest line of a table with these columns is. */
export function tableWidth(rows: readonly Row[]): number {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return lineWidth(Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))));
}

function lineWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + GAP, -GAP);
}

function fitted(natural: readonly number[], left: readonly number[], most: number): number[] {
  const widths = [...natural];
  for (let over = lineWidth(widths) - most; over > 0; over--) {
    const widest = left.reduce((a, b) => ((widths[b] ?? 0) > (widths[a] ?? 0) ? b : a), left[0] ?? 0);
    if (!left.includes(widest) || (widths[widest] ?? 0) <= LEAST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** A text with an ellipsis for its middle. */
function shortened(text: string, room: number): string {
  if (text.length <= room) return text;
  const end = Math.floor((room - 1) / 2);
  return `${text.slice(0, room - 1 - end)}…${text.slice(text.length - end)}`;
}
