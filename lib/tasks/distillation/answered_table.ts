/**
 * Rows with the answers of a teacher in the place of their own.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { WrittenRow } from "../../nn/rows_teaching.ts";
import { columnValues } from "../../table/columns.ts";
import { type Table, tableFromColumns } from "../../table/table.ts";
import type { ChatMessage } from "../../text/chat/chat_message.ts";
import { type ChatAsked, isWithTools } from "../chat/chat_asked.ts";
import type { ChatTaskOptions } from "../chat/options.ts";

/** The columns that a task on texts or chats has its answers in. */
type AnswerColumns =
  & Pick<ChatTaskOptions, "messages" | "completion" | "output">
  & { readonly text?: string };

/**
 * One row for each answer that says something, with all other columns as they were: texts go on with it, conversations end with it.
 *
 * @throws {TunebookError} of kind `data` where there is no answer
 */
export function answeredTable(
  table: Table,
  all: readonly WrittenRow[],
  { text, messages, completion, output }: AnswerColumns,
): Table {
  const written = all.filter((each) => each.text.trim() !== "");
  if (written.length === 0) {
    throw new TunebookError(
      "data",
      "no answer of the teacher is left to learn: all were cut at maxNewTokens or say nothing, or no row asks anything; give more " +
        'maxNewTokens, or unfinished: "keep"',
    );
  }
  const columns = Object.fromEntries(
    table.columnNames().map((name): [string, unknown[]] => {
      const values = columnValues(table, name);
      return [name, written.map(({ row }) => values[row])];
    }),
  );
  if (text !== undefined) columns[text] = written.map((each) => `${each.input}${each.text}`);
  const answer = completion ?? output;
  if (answer !== undefined) columns[answer] = written.map((each) => each.text);
  if (messages !== undefined) {
    columns[messages] = written.map((each) => [
      ...messagesOf(each.input as ChatAsked),
      { role: "assistant", content: each.text },
    ]);
  }
  return tableFromColumns(columns, "the teacher's answers");
}

function messagesOf(asked: ChatAsked): readonly ChatMessage[] {
  return isWithTools(asked) ? asked.messages : asked;
}
