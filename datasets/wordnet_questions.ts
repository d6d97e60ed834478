/**
 * Questions for words of a meaning, answered by words of a sentence.
 *
 * @module
 */
import { TunebookError } from "../lib/core/errors.ts";
import { Random } from "../lib/core/random.ts";
import { type DataRow, type DataSet, dataSet, type DataSetOptions } from "./data_set.ts";
import { type Rule, whole } from "../lib/core/option_rules.ts";
import { type Synset, wordnetFacts, wordnetSynsets } from "./wordnet_synsets.ts";

/** How long contexts are, and whether all questions have an answer. */
export interface WordnetQuestionsOptions extends DataSetOptions {
  /** Sentences in a context: its own, and others from elsewhere around it. 1 unless given. */
  sentences?: number;
  /** The share of questions whose context holds no answer, from 0 to below 1. 0 unless given. */
  unanswerable?: number;
}

/** The answers to a question, as SQuAD has them. */
export interface SpanAnswers {
  readonly text: string[];
  /** Where each answer starts in the context, in Unicode code points (as Python counts). */
  readonly answer_start: number[];
}

/** A row before its context is made. */
interface Question extends DataRow {
  readonly question: string;
  /** The sentence with the answer. */
  readonly context: string;
  readonly answers: SpanAnswers;
  readonly synset: string;
  readonly partOfSpeech: string;
  /** The words that would answer the question. */
  readonly words: readonly string[];
}

const share: Rule = [
  "a number in [0, 1)",
  (value) => typeof value === "number" && value >= 0 && value < 1,
];
/** After so many sentences that do not fit, there are none. */
const patience = 1000;

/**
 * 39,192 questions with the columns `question` ("which words mean: …?", a definition), `context` (an
 * example sentence that people wrote for it), `answers` (`{ text, answer_start }`, every place where
 * a word with this definition stands), `synset` and `partOfSpeech`. Examples that use the word in
 * another form (an inflected verb) are left out. The option `split` keeps definitions and sentences
 * on one side.
 *
 * @example
 * ```ts
 * import { wordnetQuestions } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * const [row] = (await wordnetQuestions({ rows: 1, sentences: 3 })).objects() as {
 *   context: string;
 *   answers: { text: string[]; answer_start: number[] };
 * }[];
 * const [answer] = row.answers.text;
 * assert.ok(row.context.slice(row.answers.answer_start[0]).startsWith(answer));
 * ```
 */
export const wordnetQuestions: DataSet<WordnetQuestionsOptions, "question-answering"> = dataSet(
  "wordnetQuestions",
  {
    title: "WordNet, definitions as questions",
    description: "which words of an example sentence have a given definition",
    ...wordnetFacts,
    task: "question-answering",
    columns: { question: "question", context: "context", answers: "answers" },
    rows: 39_192,
  },
  {
    together: ["synset", "question", "context"],
    rules: { sentences: whole, unanswerable: share },
    read: async (folder) => (await wordnetSynsets(folder)).flatMap(questionsOf),
    compose: (chosen, split, { sentences = 1, unanswerable = 0, seed = 1 }) =>
      withContexts(chosen as Question[], split as Question[], sentences, unanswerable, seed),
  },
);

/** A question for each example sentence that holds one of the words. */
function questionsOf({ id, partOfSpeech, definition, words, examples }: Synset): Question[] {
  return examples.flatMap((context) => {
    const answers = spansOf(words, context);
    if (answers.text.length === 0) return [];
    const question = `which words mean: ${definition}?`;
    return [{ question, context, answers, synset: id, partOfSpeech, words }];
  });
}

/** Where the words stand in a sentence, whole and in any case; the earliest and longest first. */
function spansOf(words: readonly string[], sentence: string): SpanAnswers {
  const lower = sentence.toLowerCase();
  // Most sentences do not hold the word at all, and making a pattern takes time.
  const near = words.filter((word) => lower.includes(word.toLowerCase()));
  const found = near.flatMap((word) =>
    [...sentence.matchAll(wholeWord(word))].map((match) => ({
      text: match[0],
      start: codePoints(sentence.slice(0, match.index)),
    }))
  ).sort((a, b) => a.start - b.start || b.text.length - a.text.length);
  const spans = found.filter(({ text, start }, at) =>
    found.findIndex((other) => other.start === start && other.text === text) === at
  );
  return { text: spans.map(({ text }) => text), answer_start: spans.map(({ start }) => start) };
}

function wholeWord(word: string): RegExp {
  return new RegExp(`\\b${RegExp.escape(word)}\\b`, "gi");
}

function codePoints(text: string): number {
  return [...text].length;
}

/** Puts sentences from elsewhere around each row's own, or in its stead. */
function withContexts(
  chosen: readonly Question[],
  split: readonly Question[],
  sentences: number,
  unanswerable: number,
  seed: number,
): DataRow[] {
  const random = Random.fromSeed(seed, "contexts");
  const order = random.shuffle(Uint32Array.from(chosen.keys()));
  const without = new Set(order.subarray(0, Math.round(chosen.length * unanswerable)));
  // Most of the examples have no full stop of their own.
  const ended = (text: string) => sentences > 1 && !/[.!?]$/.test(text) ? `${text}.` : text;
  return chosen.map((row, index) => {
    const { words, ...rest } = row;
    const others = without.has(index) ? sentences : sentences - 1;
    const around = Array.from({ length: others }, () => ended(strangerTo(words, split, random)));
    if (without.has(index)) {
      return { ...rest, context: around.join(" "), answers: { text: [], answer_start: [] } };
    }
    const at = random.integer(sentences);
    const before = around.slice(0, at).map((sentence) => `${sentence} `).join("");
    const { text, answer_start } = row.answers;
    return {
      ...rest,
      context: around.toSpliced(at, 0, ended(row.context)).join(" "),
      answers: { text, answer_start: answer_start.map((start) => start + codePoints(before)) },
    };
  });
}

/** A sentence of the same split that holds none of the words. */
function strangerTo(words: readonly string[], split: readonly Question[], random: Random): string {
  for (let tries = 0; tries < patience; tries++) {
    const { context } = split[random.integer(split.length)];
    if (spansOf(words, context).text.length === 0) return context;
  }
  throw new TunebookError("data", `wordnetQuestions has no sentence without ${words.join(", ")}`);
}
