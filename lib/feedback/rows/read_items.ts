/**
 * Rows → what people judge.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { columnValues } from "../../table/columns.ts";
import { type SourceRows, sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import { listOfValue } from "../../tasks/chat/plain_value.ts";
import type { FeedbackContent, FeedbackItem, FeedbackKind, FeedbackValue } from "../item.ts";
import { judgedKinds, storedValue } from "../kinds/kinds.ts";
import { textContent } from "../kinds/content_shapes.ts";
import {
  type FeedbackColumns,
  findColumns,
  type FoundColumns,
  mayHoldLists,
} from "./feedback_columns.ts";
import { itemId } from "./item_id.ts";
import { readAnswers } from "./read_answers.ts";
import { readLabelledTexts, readSpanTexts, readTaggedTexts } from "./read_texts.ts";

/** What is told of rows beside the rows themselves. */
export interface ReadItemsOptions {
  readonly columns: FeedbackColumns;
  readonly kind: FeedbackKind | undefined;
  /** The labels that may be given; those of the rows unless told. */
  readonly labels: readonly string[] | undefined;
  readonly ties: boolean;
  /** What errors call the rows. */
  readonly where: string;
}

/** All items, with the labels that may be given, and how many rows were left out as copies of others. */
export interface ReadItems {
  readonly items: readonly FeedbackItem[];
  readonly labels: readonly string[];
  readonly copies: number;
  /** In which row of the table each item stands, from 0. */
  readonly rowOf: readonly number[];
}

interface ShownRow {
  readonly kind: FeedbackKind;
  readonly content: FeedbackContent;
}

type Complain = (row: number, what: string) => void;

/**
 * Reads all rows. Throws one error of kind "data" that lists every row (from 1) with anything wrong. A row that
 * shows the same as an earlier one is judged once.
 */
export function readItems(table: Table, options: ReadItemsOptions): ReadItems {
  const { columns, kind, labels: told, ties, where } = options;
  if (table.numRows() === 0) throw new TunebookError("data", `${where} has no rows`);
  const source = sourceRows(table, where);
  const wrong: string[] = [];
  const complain: Complain = (row, what) => wrong.push(`${source.nameOf(row)}: ${what}`);
  const found = findColumns(table, columns, kind, where);
  const rows = shownRows(table, found, source, complain);
  const gold = found.gold === undefined ? [] : columnValues(table, found.gold);
  const labels = told ?? labelsOf(rows, gold);
  const needed = found.kind === "label" ? 2 : found.kind === "spans" ? 1 : 0;
  if (labels.length < needed && wrong.length === 0) {
    throw new TunebookError(
      "input",
      `${where}: there ${
        labels.length === 1 ? "is 1 label" : `are ${labels.length} labels`
      }; name those that ` +
        "people may give: " +
        'labels: ["…", "…"]',
    );
  }
  const items = new Map<string, FeedbackItem>();
  const rowOf: number[] = [];
  rows.forEach((row, at) => {
    if (!row) return;
    const known = goldOf(gold[at], row, { labels, ties }, (what) => complain(at, what));
    checkLabels(row, labels, (what) => complain(at, what));
    const id = itemId(row.kind, row.content);
    if (items.has(id)) return;
    items.set(id, { id, ...row, ...known === undefined ? {} : { gold: known } });
    rowOf.push(at);
  });
  if (wrong.length > 0) {
    const count = new Set(wrong.map((line) => line.slice(0, line.indexOf(":")))).size;
    throw mistakes(
      "data",
      `correct or remove these ${count} of ${rows.length} rows of ${where}:`,
      wrong,
    );
  }
  return { items: [...items.values()], labels, copies: rows.length - items.size, rowOf };
}

function shownRows(
  table: Table,
  { kind, prompt, answers, text, label, spans, words }: FoundColumns,
  source: SourceRows,
  complain: Complain,
): (ShownRow | undefined)[] {
  const withKind = (contents: readonly (FeedbackContent | undefined)[]) =>
    contents.map((content) => content && { kind: kind!, content });
  if (words) return withKind(readTaggedTexts(table, words, source));
  if (kind === "spans") {
    return withKind(readSpanTexts(table, { text: text!, spans: spans! }, complain));
  }
  if (kind === "label") return withKind(readLabelledTexts(table, { text: text!, label }, complain));
  const prompts = prompt === undefined ? undefined : columnValues(table, prompt);
  const cells = answers?.map((name) => columnValues(table, name));
  const mayBeList = answers?.length === 1 && mayHoldLists(answers[0]) && kind !== "thumbs" &&
    kind !== "edit";
  return Array.from({ length: table.numRows() }, (_, row) =>
    readAnswers(
      { prompt: prompts?.[row], answers: cells?.map((column) => column[row]), mayBeList },
      kind,
      (what) => complain(row, what),
    ));
}

/** The labels that occur, sorted. */
function labelsOf(rows: readonly (ShownRow | undefined)[], gold: readonly unknown[]): string[] {
  const found = rows.flatMap((row, at) => {
    if (row?.kind !== "label" && row?.kind !== "spans") return [];
    const { label, spans = [] } = textContent(row.content);
    const known = goldIn(gold[at], row.kind);
    return [
      ...label ? [label] : [],
      ...spans.map((span) => span.label),
      ...row.kind === "label" && typeof known === "string" && known !== "" ? [known] : [],
    ];
  });
  return [...new Set(found)].sort();
}

/** Labels of rows must be some that can be given. */
function checkLabels(
  { content }: ShownRow,
  labels: readonly string[],
  complain: (what: string) => void,
): void {
  const { label, spans = [] } = textContent(content);
  const own = [...label ? [label] : [], ...spans.map((span) => span.label)];
  const other = own.find((each) => !labels.includes(each));
  if (other !== undefined) complain(`its label ${JSON.stringify(other)} is none of labels`);
}

/** A known answer as the table has it; where other rows have words, columns of CSV hold numbers and lists as texts. */
function goldIn(cell: unknown, kind: FeedbackKind): unknown {
  if (kind === "label") {
    return ["number", "bigint", "boolean"].includes(typeof cell) ? String(cell) : cell;
  }
  if (typeof cell === "string" && /^\d+$/.test(cell.trim())) return Number(cell);
  const list = listOfValue(cell);
  if (list) return list;
  return typeof cell === "bigint" ? Number(cell) : cell;
}

function goldOf(
  given: unknown,
  { kind, content }: ShownRow,
  context: { readonly labels: readonly string[]; readonly ties: boolean },
  complain: (what: string) => void,
): FeedbackValue | undefined {
  if (given === undefined || given === null || given === "") return undefined;
  const value = goldIn(given, kind);
  if (kind === "edit") {
    complain("an answer to edit has no known answer");
    return undefined;
  }
  const wrong = judgedKinds[kind].wrongValue(value, { content, ...context });
  if (wrong === undefined) return storedValue(value as FeedbackValue);
  complain(`the known answer ${wrong}`);
  return undefined;
}
