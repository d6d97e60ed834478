/**
 * A question and its context → the sequences that a model takes, with the answer's tokens.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Sequence } from "../../text/sequence.ts";
import type { TextTokens, Tokenizer } from "../../text/tokenizer.ts";
import { windowsOf } from "../../text/windows.ts";
import type { QuestionRow } from "./read_questions.ts";

/** The question with a part of its context. */
export interface QuestionWindow extends Sequence {
  /** The context's first token in the sequence. */
  readonly contextStart: number;
  /** The context's tokens here: from the number `from` of all up to but without `to`. */
  readonly from: number;
  readonly to: number;
  /**
   * The token that stands for no answer, as in transformers' `run_qa.py`: the one that opens a
   * sequence ([CLS], <s>, <|begin_of_text|>), or in families without such a token the first one, of
   * the question.
   */
  readonly nullPosition: number;
  /** The answer's first and last token in the sequence, or twice the one that stands for none. */
  readonly first: number;
  readonly last: number;
}

/** One row as a model takes it. */
export interface WindowedQuestion {
  readonly windows: readonly QuestionWindow[];
  /** Where each of the context's tokens stands in it. */
  readonly tokens: Pick<TextTokens, "starts" | "ends">;
  /** True where the question was cut, or no window holds the whole answer. */
  readonly isTruncated: boolean;
  /** True where the tokenizer leaves nothing of the answer. */
  readonly lacksAnswer: boolean;
}

/** How to cut. */
export interface QuestionWindowsOptions {
  /** The row's number in the table, from 0. */
  readonly row: number;
  /** What errors call the row, `row 7 of train.csv`. */
  readonly place: string;
  readonly maxTokens: number;
  /** Tokens of the context that a window shares with the one before; see `strideOf` for the default. */
  readonly stride?: number | undefined;
}

/** transformers' `doc_stride`. */
const usualStride = 128;

/**
 * Cuts a long context into windows that overlap, each behind the whole question. A question keeps at
 * most half of the room beside the special tokens and loses its last tokens. The target is the first
 * of the right answers, as in transformers' `run_qa.py`; a window that does not hold all of it has
 * none.
 *
 * Throws a `TunebookError` of kind "input" where `maxTokens` leaves no room, or `stride` no progress.
 */
export function windowsOfQuestion(
  { question, context, answers }: QuestionRow,
  tokenizer: Tokenizer,
  { row, place, maxTokens, stride }: QuestionWindowsOptions,
): WindowedQuestion {
  const room = roomOf(tokenizer, maxTokens);
  const asked = tokenizer.tokens(question).ids;
  const kept = asked.subarray(0, Math.floor(room / 2));
  const { ids, starts, ends } = tokenizer.tokens(context);
  const contextRoom = room - kept.length;
  const [answer] = answers;
  // The tokens that have a character of the answer.
  const first = answer ? ends.findIndex((end) => end > answer.start) : -1;
  const last = answer ? starts.findLastIndex((start) => start < answer.end) : -1;
  const lacksAnswer = answer !== undefined && (first < 0 || last < first);
  let isWhole = answer === undefined;
  const overlap = strideOf(stride, contextRoom, ids.length, place);
  const windows = windowsOf(ids.length, contextRoom, overlap).map(({ start, end }) => {
    const { ids: all, types, secondStart } = tokenizer.join(kept, ids.subarray(start, end));
    const nullPosition = tokenizer.clsId === undefined
      ? 0
      : Math.max(0, all.indexOf(tokenizer.clsId));
    // A window may cut through the bytes of a character; it then still has the character.
    const holds = !lacksAnswer && answer !== undefined && end > start &&
      starts[start] <= starts[first] && ends[end - 1] >= ends[last];
    isWhole ||= holds;
    const at = (token: number) =>
      holds ? secondStart! + Math.min(Math.max(token, start), end - 1) - start : nullPosition;
    return {
      ids: all,
      ...(types.some((type) => type !== 0) ? { types } : {}),
      row,
      contextStart: secondStart!,
      from: start,
      to: end,
      nullPosition,
      first: at(first),
      last: at(last),
    };
  });
  return {
    windows,
    tokens: { starts, ends },
    isTruncated: kept.length < asked.length || !isWhole,
    lacksAnswer,
  };
}

/** A question and a context have one token each at least. */
const leastRoom = 2;

/** The tokens of a sequence that are not special. */
function roomOf(tokenizer: Tokenizer, maxTokens: number): number {
  const special = tokenizer.specialTokens(true);
  if (maxTokens >= special + leastRoom) return maxTokens - special;
  throw new TunebookError(
    "input",
    `maxTokens is ${maxTokens}; a question with its context takes ${special + leastRoom} at least`,
  );
}

/** The stride asked for, or transformers' 128, but at most half of a window. */
function strideOf(
  stride: number | undefined,
  room: number,
  tokens: number,
  place: string,
): number {
  if (stride === undefined) return Math.min(usualStride, Math.floor(room / 2));
  if (stride < room || tokens <= room) return stride;
  throw new TunebookError(
    "input",
    `stride is ${stride}, but beside the question of ${place} a window has room for only ` +
      `${room} tokens of its context; choose a stride below ${room}, or more maxTokens`,
  );
}
