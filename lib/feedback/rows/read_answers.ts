/**
 * Prompts and answers of a row.
 *
 * @module
 */
import { showsNothing } from "../../core/quoted.ts";
import { shownValue } from "../../core/shown_value.ts";
import { listOfValue } from "../../tasks/chat/plain_value.ts";
import { plainText } from "./plain_text.ts";
import type { AnswersContent, FeedbackKind, FeedbackTurn } from "../item.ts";

/** The values of a row's columns. */
export interface AnswerCells {
  /** Undefined where there is no such column. */
  readonly prompt: unknown;
  /** Undefined where the answer is the last turn of the prompt. */
  readonly answers: readonly unknown[] | undefined;
  /** Whether a text in the only column of answers may be a list of them, as JSON. */
  readonly mayBeList: boolean;
}

/** Answers that each kind takes. */
const counts: Readonly<Partial<Record<FeedbackKind, readonly [least: number, most: number]>>> = {
  pair: [2, 2],
  ranking: [3, Infinity],
  thumbs: [1, 1],
  edit: [1, 1],
};

/** Digits name them on the page. */
const mostAnswers = 9;

/** The kind of a row and what it shows, or nothing where `complain` was told what is wrong. */
export function readAnswers(
  { prompt: cell, answers: answerCells, mayBeList }: AnswerCells,
  told: FeedbackKind | undefined,
  complain: (what: string) => void,
): { readonly kind: FeedbackKind; readonly content: AnswersContent } | undefined {
  const given = conversationIn(cell);
  const cells = answerCells?.length === 1 && mayBeList
    ? answerCells.map((each) => answerListIn(each) ?? conversationIn(each))
    : answerCells?.map(conversationIn);
  const lists = cells?.length === 1 && isTexts(cells[0]) ? cells[0] : cells;
  let prompt = given === undefined && lists === undefined ? undefined : promptOf(given);
  let answers: readonly (string | undefined)[];
  if (lists === undefined) {
    const turns = turnsOf(given);
    const last = turns?.at(-1);
    if (!turns || turns.length < 2 || last?.role !== "assistant") {
      complain("the messages do not end with an answer of the assistant");
      return undefined;
    }
    [prompt, answers] = [turns.slice(0, -1), [last.content]];
  } else if (given === undefined) {
    const shared = sharedBeginning(lists);
    if (!shared) {
      complain("there is no prompt, nor do the answers share the beginning of a conversation");
      return undefined;
    }
    ({ prompt, answers } = shared);
  } else answers = lists.map(answerOf);
  if (prompt === undefined) complain(`the prompt is ${shownValue(given)}, no text or conversation`);
  const wrong = answers.findIndex((each) => each === undefined || showsNothing(each));
  if (wrong >= 0) {
    complain(`answer ${wrong + 1} is ${shownValue(answers[wrong] ?? lists?.[wrong])}, not a text`);
  }
  const kind = told ??
    (answers.length === 1 ? "thumbs" : answers.length === 2 ? "pair" : "ranking");
  const [least, most] = counts[kind]!;
  if (answers.length < least || answers.length > Math.min(most, mostAnswers)) {
    complain(
      `${answers.length} answers, but ${kind} takes ${
        least === most ? least : `${least} to ${mostAnswers}`
      }`,
    );
    return undefined;
  }
  if (prompt === undefined || wrong >= 0) return undefined;
  return { kind, content: { prompt, answers: answers as string[] } };
}

/** A conversation of a CSV, Arrow or Parquet column as a list of turns; anything else as it is. */
function conversationIn(cell: unknown): unknown {
  const list = listOfValue(cell);
  return list && (typeof cell !== "string" || turnsOf(list)) ? list : cell;
}

/** The list of texts or conversations that JSON says. */
function answerListIn(cell: unknown): readonly unknown[] | undefined {
  const list = typeof cell === "string" ? listOfValue(cell) : undefined;
  const isList = list?.length && list.every((each) => answerOf(each) !== undefined);
  return isList ? list : undefined;
}

function isTexts(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && !turnsOf(value);
}

function promptOf(value: unknown): string | readonly FeedbackTurn[] | undefined {
  const text = plainText(value);
  if (text !== undefined) return showsNothing(text) ? undefined : text;
  return turnsOf(value);
}

/** A conversation; undefined for what is none. */
function turnsOf(value: unknown): readonly FeedbackTurn[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const turns = value.map((each) => each as Partial<FeedbackTurn> | null);
  const areTurns = turns.every((each) =>
    typeof each?.role === "string" && typeof each.content === "string"
  );
  return areTurns
    ? turns.map((each) => ({ role: each!.role!, content: each!.content! }))
    : undefined;
}

/** A text, or the one turn of a conversation. */
function answerOf(value: unknown): string | undefined {
  const text = plainText(value);
  if (text !== undefined) return text;
  const turns = turnsOf(value);
  return turns?.length === 1 ? turns[0].content : undefined;
}

/** Conversations that differ in their last turn alone. */
function sharedBeginning(lists: readonly unknown[]) {
  const all = lists.map(turnsOf);
  if (all.length === 0 || all.some((each) => each === undefined || each.length < 2)) {
    return undefined;
  }
  const beginnings = all.map((each) => each!.slice(0, -1));
  const [first] = beginnings;
  const isShared = beginnings.every((each) => JSON.stringify(each) === JSON.stringify(first));
  return isShared
    ? { prompt: first, answers: all.map((each) => each!.at(-1)!.content) }
    : undefined;
}
