/**
 * What a search has found, as a notebook and a terminal show it.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../core/display.ts";
import { htmlFrame, htmlTable } from "../core/html.ts";
import { textTable } from "../core/text_table.ts";
import type { SearchHit } from "./search_hit.ts";

/** A table of the rows, the best first. */
export function displayOfHits(hits: readonly SearchHit[]): MimeBundle {
  const names = Object.keys(hits[0]?.values ?? {});
  const rows = hits.map(({ row, score, values }) => [
    score.toFixed(3),
    String(row + 1),
    ...names.map((name) => String(values[name] ?? "")),
  ]);
  const head = ["score", "row", ...names];
  const align = head.map((_, at) => at < 2 ? "right" as const : "left" as const);
  const title = `${hits.length} nearest ${hits.length === 1 ? "row" : "rows"}`;
  return bundleOf(
    `${title}\n${textTable(head, rows, align)}`,
    htmlFrame(htmlTable({
      caption: title,
      columns: head.map((name, at) => ({ title: name, align: align[at] })),
      rows,
    })),
  );
}
