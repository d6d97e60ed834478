/**
 * Tables that a terminal shows and a Markdown file takes as they are.
 *
 * @module
 */

/** A row of cells by column. */
export type Row = Readonly<Record<string, string>>;

/**
 * A table with a column for the rows' names and one for each that any row has; numbers to the
 * right.
 *
 * @param rows each with its name
 */
export function markdownTable(rows: readonly (readonly [name: string, row: Row])[]): string {
  const columns = [...new Set(rows.flatMap(([, row]) => Object.keys(row)))];
  const cells = [
    ["", ...columns],
    ...rows.map(([name, row]) => [name, ...columns.map((column) => row[column] ?? "")]),
  ].map((line) => line.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")));
  const widths = cells[0].map((_, at) => Math.max(3, ...cells.map((line) => line[at].length)));
  const isNumeric = widths.map((_, at) =>
    at > 0 && cells.slice(1).every((line) => /^[-\d.,e+ %]*$/.test(line[at]))
  );
  const lineOf = (line: readonly string[]) =>
    `| ${
      line.map((cell, at) => isNumeric[at] ? cell.padStart(widths[at]) : cell.padEnd(widths[at]))
        .join(" | ")
    } |`;
  const rule = widths.map((width, at) =>
    isNumeric[at] ? `${"-".repeat(width - 1)}:` : "-".repeat(width)
  );
  return [lineOf(cells[0]), lineOf(rule), ...cells.slice(1).map(lineOf)].join("\n");
}
