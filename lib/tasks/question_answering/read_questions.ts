/**
 * The rows of a table → questions, contexts, and answers where they stand in them.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import { shortened } from "../../core/text_table.ts";
import { columnValues, requireColumns } from "../../table/columns.ts";
import { printedByPython } from "../../table/printed_by_python.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import { utf16Offset } from "../../text/code_points.ts";

/** A right answer. */
export interface GoldAnswer {
  /** As the table has it. */
  readonly text: string;
  /** Where it stands in the context without white space at its ends, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/** One row. */
export interface QuestionRow {
  readonly question: string;
  readonly context: string;
  /** None where the context holds no answer, and in rows that nobody has answered. */
  readonly answers: readonly GoldAnswer[];
}

/** The columns' names. */
export interface QuestionColumns {
  readonly question: string;
  readonly context: string;
  /** Not read unless given. */
  readonly answers?: string;
}

/**
 * Reads all rows. Answers are `{ text: […], answer_start: […] }` as in SQuAD, or a list of
 * `{ text, start }`; either may be written as JSON. Offsets count code points, as Python does, and the
 * context must have the answer there.
 *
 * Throws one `TunebookError` of kind "data" that lists every row (from 1) with anything wrong.
 */
export function readQuestions(
  table: Table,
  { question, context, answers }: QuestionColumns,
  where: string,
): QuestionRow[] {
  requireColumns(table, [question, context, ...answers === undefined ? [] : [answers]], where);
  const questions = columnValues(table, question);
  const contexts = columnValues(table, context);
  const given = answers === undefined ? undefined : columnValues(table, answers);
  const source = sourceRows(table, where);
  const wrong: string[] = [];
  if (questions.length === 0) {
    throw mistakes("data", `${source.where} cannot be used:`, ["it has no rows"]);
  }
  const rows = questions.map((text, row): QuestionRow => {
    const complain = (what: string) => wrong.push(`${source.nameOf(row)}: ${what}`);
    const asked = readText(text, question, complain);
    const told = readText(contexts[row], context, complain);
    const found = given && told !== "" ? readAnswers(given[row], told, complain) : [];
    return { question: asked, context: told, answers: found };
  });
  if (wrong.length > 0) {
    throw mistakes("data", `the questions of ${source.where} are wrong; correct or remove:`, wrong);
  }
  return rows;
}

type Complain = (what: string) => void;

function readText(value: unknown, column: string, complain: Complain): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  if (typeof value === "string") complain(`an empty ${quoted(column)}`);
  else if (isMissing(value)) complain(`no ${quoted(column)}`);
  else complain(`${quoted(column)} is ${kindOf(value)}, not a text`);
  return "";
}

function readAnswers(value: unknown, context: string, complain: Complain): GoldAnswer[] {
  const pairs = pairsOf(value);
  if (typeof pairs === "string") {
    complain(pairs);
    return [];
  }
  return pairs.flatMap(({ text, start }) => {
    if (start === undefined && typeof text === "string" && text.trim() !== "") {
      const place = context.indexOf(text);
      complain(
        `the answer "${shortened(text, mostShown)}" has no offset; ` +
          (place < 0
            ? "the context does not have it"
            : `the context first has it at ${[...context.slice(0, place)].length}`) +
          "; give { text, start } or { text: […], answer_start: […] }",
      );
      return [];
    }
    if (typeof text !== "string" || text.trim() === "") {
      complain(typeof text === "string" ? "an empty answer" : `an answer is ${kindOf(text)}`);
      return [];
    }
    const offset = Number(start);
    const isOffset = typeof start === "number" || typeof start === "bigint";
    const at = isOffset ? utf16Offset(context, offset) : undefined;
    if (at !== undefined && context.startsWith(text, at)) return [trimmed(text, at)];
    complain(
      `the answer "${shortened(text, mostShown)}" ` +
        (isOffset
          ? `is not at its offset ${start}${hint(text, context, offset, at)}`
          : `has an offset that is ${kindOf(start)}, not a number`),
    );
    return [];
  });
}

/** Characters of a text that an error shows. */
const mostShown = 40;

interface Pair {
  readonly text: unknown;
  readonly start: unknown;
}

const shapes = "{ text: […], answer_start: […] } or a list of { text, start }, " +
  "with empty lists where the context holds no answer";

/** The texts with their offsets, or what is wrong. */
function pairsOf(value: unknown): Pair[] | string {
  if (isMissing(value)) return `no answers; give ${shapes}`;
  if (typeof value === "string") {
    const printed = printedByPython(value);
    if (printed) return `the answers are ${printed}`;
    try {
      return pairsOf(JSON.parse(value));
    } catch {
      return `the answers are a text that is no JSON; give ${shapes}`;
    }
  }
  if (isList(value)) {
    return Array.from(value, (each) => {
      if (typeof each === "string") return { text: each, start: undefined };
      const { text, start, answer_start } = (each ?? {}) as Readonly<Record<string, unknown>>;
      return { text, start: start ?? answer_start };
    });
  }
  const { text, answer_start } = value as Readonly<Record<string, unknown>>;
  if (typeof text === "string") return [{ text, start: answer_start }];
  if (!isList(text) || !isList(answer_start)) return `the answers are no ${shapes}`;
  if (text.length !== answer_start.length) {
    return `${text.length} answers have ${answer_start.length} offsets`;
  }
  return Array.from(text, (each, i) => ({ text: each, start: answer_start[i] }));
}

/** Arrays and the columns of Arrow and Parquet files. */
function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function trimmed(text: string, at: number): GoldAnswer {
  const start = at + text.length - text.trimStart().length;
  return { text, start, end: start + text.trim().length };
}

/** What stands at an offset instead, and where the answer is. */
function hint(text: string, context: string, offset: number, at: number | undefined): string {
  if (!Number.isSafeInteger(offset) || offset < 0) return ", which is no whole number from 0";
  if (context.startsWith(text, offset)) {
    return ": offsets count code points, as Python does, so that a character such as 😀 is one";
  }
  const there = at === undefined || at >= context.length
    ? ", where the context has ended"
    : `, where "${shortened(context.slice(at, at + text.length), mostShown)}" stands`;
  const place = nearestPlace(text, context, at ?? context.length);
  if (place === undefined) return `${there}; the context does not have it`;
  return `${there}; it is at ${[...context.slice(0, place)].length}`;
}

/** Where the context has a text, nearest to an offset, the first one of a tie. */
function nearestPlace(text: string, context: string, at: number): number | undefined {
  const [before, after] = [context.lastIndexOf(text, at), context.indexOf(text, at)];
  if (before < 0 || after < 0) {
    return Math.max(before, after) < 0 ? undefined : Math.max(before, after);
  }
  return at - before <= after - at ? before : after;
}

/** What is not there; pandas says so with a number. */
function isMissing(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}

function kindOf(value: unknown): string {
  if (isMissing(value)) return "missing";
  return isList(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}
