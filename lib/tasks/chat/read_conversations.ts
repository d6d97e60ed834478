/**
 * Rows of any shape → conversations.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { quoted } from "../../core/quoted.ts";
import { shownValue } from "../../core/shown_value.ts";
import { columnValues, requireColumns } from "../../table/columns.ts";
import { printedByPython } from "../../table/printed_by_python.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import type { ChatMessage, ChatTool } from "../../text/chat/chat_message.ts";
import { chatShapeOf, type ChatTaskOptions } from "./options.ts";
import { listOfValue } from "./plain_value.ts";
import { readMessage, saysNothing } from "./read_message.ts";

/** One row. */
export interface ChatRow {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly ChatTool[];
  /** How many of the messages are the prompt, in rows with one. */
  readonly prompt?: number;
}

/** The columns that options name. */
export function chatColumns(options: ChatTaskOptions): string[] {
  const { messages, prompt, completion, instruction, input, output, tools } = options;
  return [messages, prompt, completion, instruction, input, output, tools]
    .filter((name) => name !== undefined);
}

/**
 * Reads all rows. Throws one `TunebookError` of kind "data" that lists every row (from 1) with anything
 * wrong.
 */
export function readConversations(
  table: Table,
  options: ChatTaskOptions,
  where: string,
): ChatRow[] {
  const columns = chatColumns(options);
  requireColumns(table, columns, where);
  if (table.numRows() === 0) throw new TunebookError("data", `${where} has no rows`);
  const values = new Map(columns.map((name) => [name, columnValues(table, name)]));
  const source = sourceRows(table, where);
  const wrong: string[] = [];
  const rows = Array.from({ length: table.numRows() }, (_, row) => {
    const complain = (what: string) => void wrong.push(`${source.nameOf(row)}: ${what}`);
    return readRow((name) => values.get(name!)?.[row], options, complain);
  });
  if (wrong.length === 0) return rows;
  throw mistakes(
    "data",
    `the conversations of ${source.where} are wrong; correct or remove:`,
    wrong,
  );
}

/** Takes what is wrong with a row. */
export type Complain = (what: string) => void;

function readRow(
  value: (column: string | undefined) => unknown,
  options: ChatTaskOptions,
  complain: Complain,
): ChatRow {
  const tools = options.tools === undefined
    ? undefined
    : readTools(value(options.tools), options.tools, complain);
  const shape = chatShapeOf(options)!;
  const turnsOf = (column: string, role: string) =>
    readTurns(value(column), column, role, complain);
  const withSystem = (messages: ChatMessage[]) =>
    options.system === undefined || messages.some(({ role }) => role === "system")
      ? messages
      : [{ role: "system", content: options.system }, ...messages];
  const own = tools === undefined ? {} : { tools };
  if (shape === "messages") {
    return { messages: withSystem(turnsOf(options.messages!, "")), ...own };
  }
  const prompt = withSystem(
    shape === "prompt"
      ? turnsOf(options.prompt!, "user")
      : readInstruction(value, options, complain),
  );
  const answer = turnsOf(
    shape === "prompt" ? options.completion! : options.output!,
    "assistant",
  );
  return { messages: [...prompt, ...answer], prompt: prompt.length, ...own };
}

/** The turns of a column; a text is one turn of a role, where rows may have texts. What is wrong is told. */
export function readTurns(
  value: unknown,
  column: string,
  role: string,
  complain: Complain,
): ChatMessage[] {
  const mayBeText = role !== "" && typeof value === "string";
  const list = listOfValue(value);
  const isList = list !== undefined &&
    // JSON without roles is an answer that is JSON.
    (mayBeText ? list.length > 0 && list.every(hasRole) : list.every(isRecordOrNull));
  if (!isList && mayBeText && value.trim() !== "") return [{ role, content: value }];
  if (!isList) {
    const printed = typeof value === "string" ? printedByPython(value) : undefined;
    complain(
      printed
        ? `${quoted(column)} is ${printed}`
        : `${quoted(column)} is no ${role === "" ? "" : "text and no "}list of { role, content }` +
          (role === "" || value === null || value === undefined || value === ""
            ? ""
            : `, but ${shownValue(value)}; write numbers and JSON as texts`),
    );
    return [];
  }
  if (list.length === 0) complain(`${quoted(column)} has no messages`);
  return list.flatMap((each, at) => {
    const message = readMessage(each);
    if (typeof message === "string") {
      complain(`message ${at + 1} of ${quoted(column)} ${message}`);
      return [];
    }
    if (message.role === "assistant" && message.weight !== 0 && saysNothing(message)) {
      complain(
        `message ${at + 1} of ${quoted(column)} says nothing; weight: 0 leaves it unlearned`,
      );
    }
    return [message];
  });
}

const isRecordOrNull = (value: unknown) => typeof value === "object";

function hasRole(value: unknown): boolean {
  return isRecord(value) && [value.role, value.from].some((each) => typeof each === "string");
}

function readInstruction(
  value: (column: string | undefined) => unknown,
  { instruction, input }: ChatTaskOptions,
  complain: Complain,
): ChatMessage[] {
  const asked = value(instruction);
  const given = input === undefined ? "" : value(input) ?? "";
  if (typeof asked !== "string" || asked.trim() === "") {
    complain(`no text in ${quoted(instruction!)}`);
  }
  if (typeof given !== "string") complain(`${quoted(input!)} is no text`);
  return [{
    role: "user",
    content: String(given).trim() === "" ? String(asked) : `${asked}\n\n${given}`,
  }];
}

/** The functions of a row; none where it has none. What is wrong is told. */
export function readTools(
  value: unknown,
  column: string,
  complain: Complain,
): ChatTool[] | undefined {
  if (value === null || value === undefined || value === "") return undefined;
  const list = listOfValue(value);
  if (list?.every((each) => typeof each === "object" && each !== null)) {
    return list.length === 0 ? undefined : list as ChatTool[];
  }
  complain(`${quoted(column)} is no list of JSON schemas`);
  return undefined;
}
