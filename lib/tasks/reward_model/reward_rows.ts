/**
 * Rows of a reward model: preferences with margins, or new answers to judge.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { shownValue } from "../../core/shown_value.ts";
import { columnValues } from "../../table/columns.ts";
import { type Table, tableFromColumns } from "../../table/table.ts";
import type { ChatMessage } from "../../text/chat/chat_message.ts";
import { listOfValue } from "../chat/plain_value.ts";
import { readTurns } from "../chat/read_conversations.ts";
import { type AnsweredRow, withSystem } from "../preference/answered_row.ts";
import { readNumbers } from "../preference/read_numbers.ts";
import type { RewardModelOptions } from "./options.ts";

/** What a reward model is asked: an answer behind its prompt, or a conversation whose last turn is judged. */
export type RewardInput =
  | {
    readonly prompt: string | readonly ChatMessage[];
    readonly answer: string | readonly ChatMessage[];
  }
  | readonly ChatMessage[];

/** The column of new answers, which no file has. */
const askedColumn = "the answers to judge";

/** New answers as a table. */
export function askedTable(inputs: readonly RewardInput[]): Table {
  return tableFromColumns({ [askedColumn]: [...inputs] }, "the answers");
}

/** The new answers of a table that `askedTable` made; undefined for others. */
export function askedRows(
  table: Table,
  { system }: RewardModelOptions,
): AnsweredRow[] | undefined {
  if (!table.columnNames().includes(askedColumn)) return undefined;
  const wrong: string[] = [];
  const rows = columnValues(table, askedColumn).map((input, at): AnsweredRow => {
    const complain = (what: string) => void wrong.push(`input ${at + 1}: ${what}`);
    const turns = (value: unknown, name: string, role: string) =>
      readTurns(value, name, role, complain);
    if (isRecord(input) && !Array.isArray(input)) {
      const prompt = withSystem(turns(input.prompt, "prompt", "user"), system);
      return { prompt, answers: [turns(input.answer, "answer", "assistant")] };
    }
    const all = listOfValue(input) ? turns(input, "the conversation", "") : [];
    if (all.length < 2) {
      complain(`it is ${shownValue(input)}, but must be { prompt, answer } or messages`);
    }
    return { prompt: withSystem(all.slice(0, -1), system), answers: [all.slice(-1)] };
  });
  if (wrong.length > 0) throw mistakes("input", "these answers cannot be judged:", wrong);
  return rows;
}

/** The margins of all rows. Throws one error of kind "data" with every row whose margin is no finite number. */
export function readMargins(table: Table, column: string, where: string): Float64Array {
  const [margins] = readNumbers(table, [column], { where, noun: "margins", must: "a number" });
  return margins;
}
