/**
 * What is learned of all rows, counted before the first step: what makes a training pointless is an
 * error, and the rest is said.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import type { SourceRows } from "../../table/source_rows.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import type { ChatSequence, EncodedChats } from "./encode_chats.ts";
import { type ChatTaskOptions, learnOf } from "./options.ts";

/** The rows that are left, and what a person should know of them. */
export interface CountedChats {
  readonly sequences: readonly ChatSequence[];
  /** Rows that lost tokens. */
  readonly truncated: number;
  readonly notes: readonly string[];
}

/** What the counts depend on. */
export interface CountOptions {
  readonly options: ChatTaskOptions;
  readonly tokenizer: Tokenizer;
  readonly maxTokens: number;
  readonly source: SourceRows;
  /** False for rows that are only looked at: nothing is an error then. */
  readonly strict: boolean;
}

/**
 * Counts. Rows without a learned token are an error of kind "data" that names them, unless they may be
 * dropped; so is an end token that is never learned, and data of which nothing is left.
 */
export function countLearned(
  { sequences: all, endIds }: EncodedChats,
  { options, tokenizer, maxTokens, source, strict }: CountOptions,
): CountedChats {
  const { overflow = "cut", unlearned = "error" } = options;
  const isCut = ({ whole }: ChatSequence) => whole.tokens > maxTokens;
  const fitting = overflow === "drop" ? all.filter((each) => !isCut(each)) : all;
  const empty = fitting.filter((each) => learnedOf(each) === 0);
  if (empty.length > 0 && strict && unlearned === "error") {
    throw mistakes(
      "data",
      `${empty.length} rows of ${source.where} have no token to learn; correct or remove them, or ` +
        'give unlearned: "drop":',
      empty.map(({ row, whole }) =>
        `${source.nameOf(row)}: ` +
        (whole.learned > 0
          ? `its ${whole.learned} learned tokens are behind the limit of ${maxTokens}; give more maxTokens`
          : "no turn of the assistant")
      ),
    );
  }
  const sequences = unlearned === "drop" || !strict
    ? fitting.filter((each) => learnedOf(each) > 0)
    : fitting;
  if (sequences.length === 0 && strict) {
    throw new TunebookError(
      "data",
      `nothing is left to learn of the ${all.length} examples of ${source.where}: all are longer ` +
        `than ${maxTokens} tokens or have no learned token`,
    );
  }
  const ends = sum(sequences, (each) => each.ends);
  if (ends === 0 && strict && endIds.length > 0) {
    throw neverEnds(endIds, tokenizer, sequences, isCut);
  }
  return {
    sequences: strict ? sequences : fitting,
    truncated: overflow === "drop" ? 0 : new Set(fitting.filter(isCut).map(({ row }) => row)).size,
    notes: notesOf({ all, fitting, sequences, empty, ends, endIds, isCut }, {
      tokenizer,
      maxTokens,
      options,
    }),
  };
}

function neverEnds(
  endIds: readonly number[],
  tokenizer: Tokenizer,
  sequences: readonly ChatSequence[],
  isCut: (each: ChatSequence) => boolean,
): TunebookError {
  const cut = sequences.filter(isCut).length;
  return new TunebookError(
    "data",
    `the end token ${
      namesOf(endIds, tokenizer)
    } is never learned, so that the model would not learn ` +
      "to stop" +
      (cut === sequences.length
        ? ": every row is cut before its end; give more maxTokens"
        : "; give a template that closes what the assistant says with it"),
  );
}

function namesOf(ids: readonly number[], tokenizer: Tokenizer): string {
  return ids.map((id) => tokenizer.tokenText(id)).join(" or ");
}

interface Counted {
  readonly all: readonly ChatSequence[];
  readonly fitting: readonly ChatSequence[];
  readonly sequences: readonly ChatSequence[];
  readonly empty: readonly ChatSequence[];
  readonly ends: number;
  readonly endIds: readonly number[];
  readonly isCut: (each: ChatSequence) => boolean;
}

function notesOf(
  { all, fitting, sequences, empty, ends, endIds, isCut }: Counted,
  { tokenizer, maxTokens, options }: Pick<CountOptions, "tokenizer" | "maxTokens" | "options">,
): string[] {
  const learned = sum(sequences, learnedOf);
  const tokens = sum(sequences, ({ ids }) => ids.length);
  const whole = sum(fitting, (each) => each.whole.learned);
  const straddling = sum(sequences, (each) => each.straddling);
  const cut = fitting.filter(isCut).length;
  const dropped = all.length - fitting.length;
  const percent = (part: number, of: number) => `${(100 * part / Math.max(1, of)).toFixed(1)} %`;
  const lost = whole - sum(fitting, learnedOf);
  return [
    `learned (${learnOf(options)}): ${learned} of ${tokens} tokens (${
      percent(learned, tokens)
    }) in ` +
    `${sequences.length} examples`,
    endIds.length === 0
      ? "the tokenizer has no end token: the model does not learn to stop"
      : `the end token ${namesOf(endIds, tokenizer)} is learned ${ends} times`,
    ...dropped > 0
      ? [
        `${dropped} of ${all.length} examples are longer than ${maxTokens} tokens and were dropped`,
      ]
      : cut > 0
      ? [
        `${cut} of ${fitting.length} examples are longer than ${maxTokens} tokens and were cut, with ` +
        `${lost} of ${whole} learned tokens (${percent(lost, whole)})`,
      ]
      : [`no example is longer than ${maxTokens} tokens`],
    ...empty.length > 0 ? [`${empty.length} examples have no learned token`] : [],
    ...straddling > 0
      ? [
        `${straddling} learned tokens have a part that is not learned: the template puts no token ` +
        "border where an answer begins or ends",
      ]
      : [],
  ];
}

/** Learned tokens that are left; nothing predicts the first one. */
function learnedOf({ counts }: ChatSequence): number {
  return counts.reduce((total, count, at) => at ? total + count : 0, 0);
}

function sum<T>(list: readonly T[], of: (each: T) => number): number {
  return list.reduce((total, each) => total + of(each), 0);
}
