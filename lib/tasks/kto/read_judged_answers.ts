/**
 * Rows of answers that are good or bad.
 *
 * @module
 */
import { quoted } from "../../core/quoted.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { Table } from "../../table/table.ts";
import { readTurns } from "../chat/read_conversations.ts";
import type { AnsweredRow } from "../preference/answered_row.ts";
import { readJudged, readJudgedRow } from "../preference/read_preferences.ts";
import { ktoColumns, type KtoOptions } from "./options.ts";

/** A prompt with one answer. */
export interface JudgedAnswerRow extends AnsweredRow {
  readonly isGood: boolean;
}

const values: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...[true, 1, 1n, "true", "1"].map((value) => [value, true] as const),
  ...[false, 0, 0n, "false", "0"].map((value) => [value, false] as const),
]);

/**
 * Reads all rows. Throws one `TunebookError` of kind "data" that lists every row (from 1) with anything wrong: an answer that is missing or
 * empty, a row without a prompt, a label that is neither true nor false.
 */
export function readJudgedAnswers(
  table: Table,
  options: KtoOptions,
  where: string,
): JudgedAnswerRow[] {
  const { prompt, completion, label } = options;
  return readJudged(table, ktoColumns(options), where, (value, complain) => {
    const given = value(label);
    const isGood = values.get(typeof given === "string" ? given.trim().toLowerCase() : given);
    if (isGood === undefined) {
      complain(`${quoted(label)} is ${shownValue(given)}, but must be true or false`);
    }
    const answer = readTurns(value(completion), completion, "assistant", complain);
    if (prompt === undefined && answer.length === 1) {
      complain("its answer has nothing before it; give a column with the prompt");
    }
    const row = prompt === undefined
      // The last turn of a conversation answers all that is before it.
      ? readJudgedRow(
        (name) => name === completion ? answer.slice(0, -1) : value(name),
        { ...options, prompt: answer.length > 1 ? completion : undefined } as KtoOptions,
        { given: [{ value: undefined }], answers: [answer.slice(-1)] },
        answer.length > 1 ? complain : () => {},
      )
      : readJudgedRow(
        value,
        options,
        { given: [{ value: value(completion) }], answers: [answer] },
        complain,
      );
    return { ...row, isGood: isGood ?? false };
  });
}
