/**
 * Vectors as a notebook and a terminal show them.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../../core/display.ts";
import { htmlFrame, htmlTable } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";

/** More vectors than this are not shown. */
const mostRows = 10;
/** So many of their numbers are. */
const mostNumbers = 4;

/** How many vectors there are, and the first numbers of the first ones. */
export function displayOfEmbeddings(vectors: readonly Float32Array[]): MimeBundle {
  const size = vectors[0]?.length ?? 0;
  const title = `${vectors.length} ${
    vectors.length === 1 ? "vector" : "vectors"
  } of ${size} numbers`;
  const rows = vectors.slice(0, mostRows).map((vector, at) => [
    String(at + 1),
    [...vector.subarray(0, mostNumbers)].map((number) => number.toFixed(3)).join("  ") +
    (size > mostNumbers ? "  …" : ""),
    Math.hypot(...vector).toFixed(3),
  ]);
  const left = vectors.length - rows.length;
  const names = ["text", "numbers", "length"];
  const note = left > 0 ? `; the first ${rows.length} of them` : "";
  return bundleOf(
    `${title}${note}\n${textTable(names, rows, ["right", "left", "right"])}`,
    htmlFrame(htmlTable({
      caption: title + note,
      columns: names.map((name) => ({ title: name, align: name === "numbers" ? "left" : "right" })),
      rows,
    })),
  );
}
