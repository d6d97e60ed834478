/**
 * Rows of preferences → prompts with ranked answers.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import { columnValues, requireColumns } from "../../table/columns.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import type { ChatMessage } from "../../text/chat/chat_message.ts";
import { listOfValue } from "../chat/plain_value.ts";
import { type Complain, readTools, readTurns } from "../chat/read_conversations.ts";
import { type AnsweredRow, saidIn, withSystem } from "./answered_row.ts";
import { type PreferenceColumns, preferenceColumns } from "./options.ts";
import { sharedPrompt, withoutPrompt } from "./split_prompt.ts";

/**
 * Reads all rows. Throws one `TunebookError` of kind "data" that lists every row (from 1) with anything wrong: answers
 * that are missing, empty or the same, and rows without a prompt.
 */
export function readPreferences(
  table: Table,
  options: PreferenceColumns,
  where: string,
): AnsweredRow[] {
  const rows = readJudged(table, preferenceColumns(options), where, (value, complain) => {
    const columns = options.ranking === undefined
      ? [options.chosen!, options.rejected!]
      : [options.ranking];
    const given = options.ranking === undefined
      ? columns.map((column) => ({ column, value: value(column) }))
      : rankedValues(value(options.ranking), options.ranking, complain);
    const answers = given.map(({ column, value }) =>
      readTurns(value, column, "assistant", complain)
    );
    return readJudgedRow(value, options, { answers, given }, complain);
  });
  if (options.prompt !== undefined) checkRepeatedPrompts(rows, options.prompt, table, where);
  return rows;
}

/** Throws where every answer begins with its prompt, which would be learned as a part of the answer. */
function checkRepeatedPrompts(
  rows: readonly AnsweredRow[],
  column: string,
  table: Table,
  where: string,
): void {
  const repeats = ({ prompt, answers }: AnsweredRow) => {
    const asked = prompt.at(-1)?.content ?? "";
    return asked.trim() !== "" && answers.every(([first]) => first.content?.startsWith(asked));
  };
  // A single answer may well begin as its prompt does.
  if (rows.length < 2 || !rows.every(repeats)) return;
  throw new TunebookError(
    "data",
    `all answers of ${sourceRows(table, where).where} begin with their prompts in ${
      quoted(column)
    }; ` +
      "take these out of the answers, or leave out prompt: what the answers of a row share is its prompt",
  );
}

/** The cell of a column in the present row. */
export type CellOf = (column: string | undefined) => unknown;

/** Reads rows one by one; all mistakes are one error. */
export function readJudged<Row>(
  table: Table,
  columns: readonly string[],
  where: string,
  read: (value: CellOf, complain: Complain) => Row,
): Row[] {
  requireColumns(table, columns, where);
  if (table.numRows() === 0) throw new TunebookError("data", `${where} has no rows`);
  const values = new Map(columns.map((name) => [name, columnValues(table, name)]));
  const source = sourceRows(table, where);
  const wrong: string[] = [];
  const rows = Array.from({ length: table.numRows() }, (_, row) => {
    const found: string[] = [];
    const made = read((name) => values.get(name!)?.[row], (what) => void found.push(what));
    if (found.length > 0) wrong.push(`${source.nameOf(row)}: ${found.join("; ")}`);
    return made;
  });
  if (wrong.length === 0) return rows;
  throw mistakes(
    "data",
    `correct or remove these ${wrong.length} of ${rows.length} rows of ${source.where}:`,
    wrong,
  );
}

/** Answers as they were given and as they were read. */
interface GivenAnswers {
  readonly given: readonly { readonly value: unknown }[];
  readonly answers: readonly (readonly ChatMessage[])[];
}

/** A row with its prompt told from its answers. */
export function readJudgedRow(
  value: CellOf,
  { prompt: column, system, tools: toolsColumn }: PreferenceColumns,
  { answers, given }: GivenAnswers,
  complain: Complain,
): AnsweredRow {
  const tools = toolsColumn === undefined
    ? undefined
    : readTools(value(toolsColumn), toolsColumn, complain);
  const own = tools === undefined ? {} : { tools };
  const empty = { prompt: [], answers, ...own };
  if (answers.length === 0 || answers.some(({ length }) => length === 0)) return empty;
  const areTexts = given.every(({ value }, at) => answers[at][0].content === value);
  const prompt = column === undefined
    ? undefined
    : readTurns(value(column), column, "user", complain);
  const split = prompt === undefined
    ? sharedPrompt(answers, areTexts)
    : { prompt, answers: withoutPrompt(prompt, answers) };
  if (!split) {
    complain("its answers begin with nothing that they share; give a column with the prompt");
    return empty;
  }
  complainOfAnswers(split.answers, complain);
  return { prompt: withSystem(split.prompt, system), answers: split.answers, ...own };
}

/** The answers of a ranking, each as a cell of its own. */
function rankedValues(
  value: unknown,
  column: string,
  complain: Complain,
): { readonly column: string; readonly value: unknown }[] {
  const answers = listOfValue(value);
  if (!answers || answers.length < 2) {
    complain(`${quoted(column)} is no list of two or more answers`);
    return [];
  }
  return answers.map((value) => ({ column, value }));
}

function complainOfAnswers(
  answers: readonly (readonly ChatMessage[])[],
  complain: Complain,
): void {
  const saysNothing = (answer: readonly ChatMessage[]) =>
    answer.every(({ content, tool_calls: calls }) => !calls && (content ?? "").trim() === "");
  const empty = answers.filter(saysNothing).length;
  if (empty > 0) {
    complain(
      answers.length === 1
        ? "its answer says nothing"
        : `${empty} of its ${answers.length} answers say nothing`,
    );
    return;
  }
  const said = answers.map(saidIn);
  if (new Set(said).size < said.length) complain("answers are the same, so that none is better");
  const others = answers.filter((answer) => answer.at(-1)?.role !== "assistant").length;
  if (others > 0) complain("an answer does not end with a turn of the assistant");
}
