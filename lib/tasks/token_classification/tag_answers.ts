/**
 * What a model says about the words of texts, for people.
 *
 * @module
 */
import type { Aggregation } from "./aggregations.ts";
import type { TagScheme } from "../../nn/tags/tag_scheme.ts";
import type { Outputs } from "../../nn/task.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { aggregate, type ScoredSpan } from "./aggregate.ts";
import { continuesWord } from "./continues_word.ts";
import type { Subwords } from "./options.ts";
import type { TagSequences, TokenisedRow } from "./tag_sequences.ts";
import { type RowLogits, rowLogits } from "./unit_logits.ts";
import { largest, softmax } from "./logits.ts";
import { spreadTag } from "./unit_tags.ts";

/** A labelled part of a text. */
export interface TaggedSpan extends ScoredSpan {
  readonly text: string;
}

/** A word with its tag. */
export interface TaggedWord {
  readonly text: string;
  /** Null for a word that the tokenizer makes no token of. */
  readonly tag: string | null;
  /** Where it stands in the text, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** The probability of the tag; 0 without one. */
  readonly score: number;
}

/** A text with its spans and the tags of its words. */
export interface TaggedText {
  /** As it was given; of a list of words these with a space between them. */
  readonly text: string;
  /** From the beginning to the end of the text, what is O left out. */
  readonly spans: readonly TaggedSpan[];
  readonly words: readonly TaggedWord[];
}

/** How outputs are read. */
export interface TagReading {
  readonly labels: readonly string[];
  readonly scheme: TagScheme;
  readonly subwords: Subwords;
}

/** The numbers of the tags of a row's words, [words]; −1 for a word without a token. */
export function predictedTags(
  { row: { words } }: TokenisedRow,
  { units }: RowLogits,
  reading: TagReading,
): Int32Array {
  const predicted = new Int32Array(words.length).fill(-1);
  for (const { unit, logits } of units) {
    predicted.set(spreadNumbers(largest(logits), unit.words, reading), unit.word);
  }
  return predicted;
}

function spreadNumbers(number: number, words: number, { labels, scheme }: TagReading): number[] {
  return spreadTag(labels[number], words, scheme).map((tag) => {
    const own = labels.indexOf(tag);
    return own < 0 ? number : own;
  });
}

/** The answer for each row. */
export function tagAnswers(
  all: TagSequences,
  outputs: Outputs,
  tokenizer: Pick<Tokenizer, "tokenText" | "subwordPrefix" | "unknownId">,
  reading: TagReading & { readonly aggregation: Aggregation },
): TaggedText[] {
  const { labels, scheme, subwords, aggregation } = reading;
  return all.rows.map((each): TaggedText => {
    const { row: { text }, tokens: { ids, starts, ends, wordOf } } = each;
    const logits = rowLogits(each, all, outputs, { labels: labels.length, subwords });
    const tokens = logits.tokens.map((own, at) => ({
      start: starts[at],
      end: ends[at],
      continues: wordOf ? at > 0 && wordOf[at] === wordOf[at - 1] : continuesWord(
        {
          token: tokenizer.tokenText(ids[at]),
          unknown: ids[at] === tokenizer.unknownId,
          start: starts[at],
          end: ends[at],
        },
        text,
        tokenizer.subwordPrefix,
      ),
      probabilities: softmax(own),
    }));
    const spans = aggregate(tokens, { labels, aggregation, scheme });
    return {
      text,
      spans: spans.map((span) => ({ text: text.slice(span.start, span.end), ...span })),
      words: taggedWords(each, logits, reading),
    };
  });
}

function taggedWords(row: TokenisedRow, logits: RowLogits, reading: TagReading): TaggedWord[] {
  const { text, words } = row.row;
  const tags = predictedTags(row, logits, reading);
  const scores = new Float64Array(words.length);
  for (const { unit, logits: own } of logits.units) {
    scores.fill(Math.max(...softmax(own)), unit.word, unit.word + unit.words);
  }
  return words.map(({ start, end }, at) => ({
    text: text.slice(start, end),
    tag: reading.labels[tags[at]] ?? null,
    start,
    end,
    score: scores[at],
  }));
}
