/**
 * Texts with labels or spans of a row.
 *
 * @module
 */
import { showsNothing } from "../../core/quoted.ts";
import { shownValue } from "../../core/shown_value.ts";
import { entitiesOf } from "../../nn/tags/entities_of.ts";
import { columnValues } from "../../table/columns.ts";
import type { SourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import { readSpans } from "../../tasks/token_classification/read_spans.ts";
import { readTaggedRows } from "../../tasks/token_classification/tagged_rows.ts";
import type { FeedbackSpan, TextContent } from "../item.ts";
import { sortedSpans } from "../kinds/spans.ts";
import { plainText } from "./plain_text.ts";

type Complain = (row: number, what: string) => void;

/** Texts with the label that they have so far; null where there is none. */
export function readLabelledTexts(
  table: Table,
  { text, label }: { readonly text: string; readonly label: string | undefined },
  complain: Complain,
): (TextContent | undefined)[] {
  const labels = label === undefined ? [] : columnValues(table, label);
  return columnValues(table, text).map((value, row) => {
    const own = textOf(value, row, complain);
    const said = labels[row] ?? null;
    const isLabel = said === null || ["string", "boolean"].includes(typeof said) ||
      Number.isFinite(said) || typeof said === "bigint";
    if (!isLabel) complain(row, `the label is ${shownValue(said)}`);
    if (own === undefined || !isLabel) return undefined;
    return { text: own, label: said === null || said === "" ? null : String(said) };
  });
}

/** Texts with spans. */
export function readSpanTexts(
  table: Table,
  { text, spans }: { readonly text: string; readonly spans: string },
  complain: Complain,
): (TextContent | undefined)[] {
  const marks = columnValues(table, spans);
  return columnValues(table, text).map((value, row) => {
    const own = textOf(value, row, complain);
    if (own === undefined) return undefined;
    const found = readSpans(marks[row] ?? [], own, "codepoints", (what) => complain(row, what));
    return { text: own, spans: sortedSpans(found.map((each) => inCodePoints(own, each))) };
  });
}

/** Words with tags, as texts with spans. Rows that cannot be read are an error of kind "data". */
export function readTaggedTexts(
  table: Table,
  [tokens, tags]: readonly [string, string],
  { where }: SourceRows,
): TextContent[] {
  const { rows } = readTaggedRows(table, { tokens, tags }, { where });
  return rows.map(({ text, words, tags }) => ({
    text,
    spans: entitiesOf(tags).map(({ type, start, end }) =>
      inCodePoints(text, { start: words[start].start, end: words[end - 1].end, label: type })
    ),
  }));
}

function textOf(value: unknown, row: number, complain: Complain): string | undefined {
  const text = plainText(value);
  if (text !== undefined && !showsNothing(text)) return text;
  complain(row, `the text is ${shownValue(value)}`);
  return undefined;
}

/** Offsets in UTF-16 code units → in code points. */
function inCodePoints(text: string, { start, end, label }: FeedbackSpan): FeedbackSpan {
  const from = [...text.slice(0, start)].length;
  return { start: from, end: from + [...text.slice(start, end)].length, label };
}
