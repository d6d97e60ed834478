/**
 * What token classification is told about rows and answers.
 *
 * @module
 */
import { type Aggregation, aggregations } from "./aggregations.ts";
import { optionMistakes } from "../../core/check_options.ts";
import { type Mistake, mistakeOf, optionMistake } from "../../core/errors.ts";
import { oneOf, type Rule, type Rules, text, texts, wholeFrom0 } from "../../core/option_rules.ts";
import { type TagScheme, tagSchemes } from "../../nn/tags/tag_scheme.ts";
import { type WordSplit, wordSplits } from "./split_words.ts";

/**
 * Which tokens of a word learn and give its tag:
 *
 * - `first`: its first one, as in BERT's paper;
 * - `all`: each of them learns it, those after the first as I where it is B (transformers' `run_ner.py`
 *   with `label_all_tokens`); the first one answers;
 * - `average`: the mean of all their logits learns and answers.
 */
export type Subwords = "first" | "all" | "average";

/** All of them. */
export const subwordRules: readonly Subwords[] = ["first", "all", "average"];

/** What rows of both kinds share. */
export interface TaggingOptions {
  /**
   * How tags say where entities are; found out unless given, and BIO where rows have spans. Tags that
   * the scheme does not allow are errors; with `plain` each word's tag stands by itself.
   */
  readonly scheme?: TagScheme;
  /** `first` unless given. */
  readonly subwords?: Subwords;
  /**
   * How the spans of answers are made of tokens. Unless given `first`, or `average` where subwords are
   * averaged; plain tags are not joined, `none`.
   */
  readonly aggregation?: Aggregation;
  /**
   * A text with more tokens than the model takes is cut into windows between words, each with so many
   * tokens of the one before, or a few more; a quarter of a window unless given. Every word
   * learns and answers in the window that shows the most around it.
   */
  readonly stride?: number;
  /** How a text becomes words; `words` unless given. */
  readonly split?: WordSplit;
}

/** Rows of words. */
export interface TaggedWordsOptions extends TaggingOptions {
  /** The column with a list of words in each row. */
  readonly tokens: string;
  /** The column with the tag of each word. */
  readonly tags: string;
  /** The names of the tags, where rows have numbers from 0 for them. */
  readonly names?: readonly string[];
}

/** Rows of texts with spans. */
export interface TextSpansOptions extends TaggingOptions {
  /** The column of the text. */
  readonly text: string;
  /** The column with a list of spans in each row. */
  readonly spans: string;
  /**
   * What the offsets of spans count: `codepoints` as Python's annotation tools do, unless given, or
   * `utf16` as JavaScript's and Label Studio's do. The two differ after emoji and rare characters.
   */
  readonly offsets?: "codepoints" | "utf16";
}

/** What columns mean. */
export type TokenClassificationOptions = TaggedWordsOptions | TextSpansOptions;

/** What rows of words are described with, and rows of texts. */
const ofWords = ["tokens", "tags", "names"] satisfies readonly (keyof TaggedWordsOptions)[];
const ofTexts = ["text", "spans", "offsets"] satisfies readonly (keyof TextSpansOptions)[];

/** The schemes that spans can be written in. */
export type SpanScheme = "BIO" | "IOBES" | "BILOU" | "IO";

const spanSchemes: readonly string[] = ["BIO", "IOBES", "BILOU", "IO"] satisfies SpanScheme[];

const tagNames: Rule = [
  "a list of texts, one for each tag",
  (value) => texts[1](value),
];

/** What the options must be; texts with spans know fewer schemes. */
const rulesFor = (schemes: readonly string[]): Rules<TaggedWordsOptions & TextSpansOptions> => ({
  tokens: text,
  tags: text,
  names: tagNames,
  text,
  spans: text,
  offsets: oneOf(["codepoints", "utf16"]),
  scheme: oneOf(schemes),
  subwords: oneOf(subwordRules),
  aggregation: oneOf(aggregations),
  stride: wholeFrom0,
  split: oneOf(wordSplits),
});

/** The names of the options. */
export const tokenClassificationOptions: readonly string[] = Object.keys(rulesFor(tagSchemes));

/** Whether rows are texts with spans. */
export function hasSpans(options: TokenClassificationOptions): options is TextSpansOptions {
  return "spans" in options && options.spans !== undefined;
}

/** What is wrong with the options. */
export function tokenClassificationMistakes(given: object): Mistake[] {
  const options = given as Readonly<Record<string, unknown>>;
  const has = (names: readonly string[]) => names.some((name) => options[name] !== undefined);
  const [words, texts] = [has(ofWords), has(ofTexts)];
  const wrong = optionMistakes(given, rulesFor(texts ? spanSchemes : tagSchemes));
  if (words === texts) {
    const told: Mistake["told"] = (nameOf) =>
      `give either ${nameOf("tokens")} and ${nameOf("tags")}, columns of lists, or ` +
      `${nameOf("text")} and ${nameOf("spans")}, a text's column and that of its spans`;
    return [...wrong, mistakeOf(told)];
  }
  const both = words ? ["tokens", "tags"] : ["text", "spans"];
  const [first, second] = both;
  const missing = both.filter((name) => options[name] === undefined);
  return [
    ...wrong,
    ...missing.map((name) => optionMistake(name, "is missing, but must be a text")),
    ...(missing.length === 0 && options[first] === options[second]
      ? [
        mistakeOf((nameOf) =>
          `${nameOf(first)} and ${nameOf(second)} must be two different columns`
        ),
      ]
      : []),
  ];
}
