/**
 * Which pairs of answers a training has, counted before the first step: what makes a pair pointless is an error, and the
 * rest is said.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import type { SourceRows } from "../../table/source_rows.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { type AnswerSequence, answerTokens, type EncodedAnswers } from "./encode_answers.ts";

/** A better and a worse answer, by their sequences. */
export type AnswerPair = readonly [chosen: number, rejected: number];

/** The pairs that are left, and what a person should know of them. */
export interface ChosenPairs {
  readonly pairs: readonly AnswerPair[];
  /** Rows that lost tokens. */
  readonly truncated: number;
  readonly notes: readonly string[];
}

/** What the choice depends on. */
export interface PairContext {
  /** Which answers of a ranking are compared. */
  readonly compare: "all" | "adjacent";
  readonly overflow: "cut" | "drop";
  readonly tokenizer: Tokenizer;
  readonly maxTokens: number;
  readonly source: SourceRows;
  /** False for rows that are only looked at: nothing is an error then. */
  readonly strict: boolean;
}

/**
 * The pairs of all rows. One error of kind "data" names every row with an answer of which nothing is left within
 * `maxTokens`, or whose two answers are the same within it, unless long ones are dropped.
 */
export function choosePairs(
  { sequences, ofRows, endIds }: EncodedAnswers,
  { compare, overflow, tokenizer, maxTokens, source, strict }: PairContext,
): ChosenPairs {
  const all = ofRows.flatMap((answers) => pairsOf(answers, compare));
  const isCut = (at: number) => sequences[at].whole.tokens > maxTokens;
  const fitting = overflow === "drop" ? all.filter((pair) => !pair.some(isCut)) : all;
  const wrong = fitting.flatMap((pair) => {
    const problem = pairProblem(pair, sequences, maxTokens);
    return problem ? [{ pair, problem }] : [];
  });
  if (wrong.length > 0 && strict) {
    const rows = new Map(wrong.map(({ pair, problem }) => [sequences[pair[0]].row, problem]));
    const cut = ofRows.filter((answers) => answers.some(isCut)).length;
    throw mistakes(
      "data",
      `${rows.size} rows of ${source.where} have answers that cannot be compared (${cut} of ` +
        `${ofRows.length} rows are cut at ${maxTokens} tokens); correct or remove them, or give ` +
        'overflow: "drop":',
      [...rows].map(([row, problem]) => `${source.nameOf(row)}: ${problem}`),
    );
  }
  const isBad = new Set(wrong.map(({ pair }) => pair));
  const pairs = fitting.filter((pair) => !isBad.has(pair));
  if (pairs.length === 0 && strict) {
    throw new TunebookError(
      "data",
      `nothing is left to compare of the ${all.length} pairs of ${source.where}: all are longer than ` +
        `${maxTokens} tokens`,
    );
  }
  const cutRows = new Set(pairs.flat().filter(isCut).map((at) => sequences[at].row));
  return {
    pairs,
    truncated: cutRows.size,
    notes: notesOf(pairs, { sequences, endIds, tokenizer, maxTokens, isCut, all: all.length }),
  };
}

function pairsOf(answers: readonly number[], compare: "all" | "adjacent"): AnswerPair[] {
  return answers.flatMap((better, at) =>
    answers.slice(at + 1, compare === "adjacent" ? at + 2 : undefined)
      .map((worse): AnswerPair => [better, worse])
  );
}

function pairProblem(
  pair: AnswerPair,
  sequences: readonly AnswerSequence[],
  maxTokens: number,
): string | undefined {
  const [chosen, rejected] = pair.map((at) => sequences[at]);
  const empty = [chosen, rejected].filter((each) => answerTokens(each) === 0).length;
  if (empty > 0) {
    const which = empty === 2 ? "both answers are" : "an answer is";
    return `${which} behind the limit of ${maxTokens} tokens; give more maxTokens`;
  }
  const isSame = chosen.ids.length === rejected.ids.length &&
    chosen.ids.every((id, at) => id === rejected.ids[at]);
  if (!isSame) return undefined;
  return chosen.whole.tokens > maxTokens || rejected.whole.tokens > maxTokens
    ? `its answers are the same up to the limit of ${maxTokens} tokens; give more maxTokens`
    : "its answers are the same tokens";
}

function notesOf(
  pairs: readonly AnswerPair[],
  { sequences, endIds, tokenizer, maxTokens, isCut, all }: {
    readonly sequences: readonly AnswerSequence[];
    readonly endIds: readonly number[];
    readonly tokenizer: Tokenizer;
    readonly maxTokens: number;
    readonly isCut: (at: number) => boolean;
    readonly all: number;
  },
): string[] {
  const mean = (place: 0 | 1) =>
    (pairs.reduce((sum, pair) => sum + answerTokens(sequences[pair[place]]), 0) /
      Math.max(1, pairs.length)).toFixed(1);
  const answers = [...new Set(pairs.flat())];
  const cut = answers.filter(isCut).length;
  const straddling = answers.filter((at) => sequences[at].straddling > 0).length;
  return [
    `${pairs.length} pairs of answers: the chosen ones have ${
      mean(0)
    } tokens on average, the rejected ` +
    `ones ${mean(1)}`,
    ...endNotes(answers.map((at) => sequences[at]), endIds, tokenizer),
    ...(all > pairs.length
      ? [
        `${
          all - pairs.length
        } of ${all} pairs are longer than ${maxTokens} tokens and were dropped`,
      ]
      : []),
    ...(cut > 0
      ? [`${cut} of ${answers.length} answers are longer than ${maxTokens} tokens and were cut`]
      : []),
    ...(straddling > 0
      ? [
        `${straddling} answers begin within a token of the prompt: that token counts as the answer's`,
      ]
      : []),
  ];
}

/** How many answers are closed with an end token. */
export function endNotes(
  answers: readonly AnswerSequence[],
  endIds: readonly number[],
  tokenizer: Tokenizer,
): string[] {
  if (endIds.length === 0) {
    return ["the tokenizer has no end token: the model does not learn to stop"];
  }
  const ended = answers.filter(({ ends }) => ends > 0).length;
  const names = endIds.map((id) => tokenizer.tokenText(id)).join(" or ");
  return [`the end token ${names} closes ${ended} of ${answers.length} answers`];
}
