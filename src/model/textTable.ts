import { nameText } from "../checks/index.ts";

type Row = readonly string[];

/** A cell holds names from files, and the widest one makes the column. */
const WIDEST = 200;

/**
 * Rows under a header, with the totals under them: the lines of a table of text.
 * @param left the columns that are words; the others are numbers, which end in line
 */
export function textTable(header: Row, rows: readonly Row[], totals: Row, left: readonly number[]): readonly string[] {
  const shown = rows.map((row) => row.map((cell) => nameText(cell, WIDEST)));
  const all = [header, ...shown, totals];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: Row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return left.includes(column) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd();
  const rule = "─".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [rule, line(header), rule, ...shown.map(line), rule, line(totals)];
}
