/**
 * Tables in plain text.
 *
 * @module
 */
import { visible } from "./visible.ts";

const most = 40;

/** Rows under a header, in columns of equal width; numbers to the right. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly ("left" | "right" | undefined)[] = [],
): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => shortened(cell, most)));
  const widths = head.map((_, at) => Math.max(...cells.map((row) => widthOf(row[at] ?? ""))));
  const line = (row: readonly string[]) =>
    row.map((cell, at) => {
      const blank = " ".repeat(widths[at] - widthOf(cell));
      return align[at] === "right" ? blank + cell : cell + blank;
    }).join("  ").trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("──");
  return [line(cells[0]), rule, ...cells.slice(1).map(line)].join("\n");
}

/** One line of a text, cut to so many characters; what cannot be seen is written as in JSON. */
export function shortened(text: string, characters: number): string {
  const flat = visible(text.replace(/\s+/g, " "));
  const points = [...flat];
  return points.length <= characters ? flat : `${points.slice(0, characters - 1).join("")}…`;
}

/** Columns on a terminal: East Asian wide characters take two. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    width += /[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/
        .test(character)
      ? 2
      : 1;
  }
  return width;
}
