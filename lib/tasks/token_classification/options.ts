/**
 * What token classification is told about rows and answers.
 *
 * @module
 */
import { type Aggregation, aggregations } from "./aggregations.ts";
import { didYouMean } from "../../core/nearest.ts";
import { type TagScheme, tagSchemes } from "../../nn/tags/tag_scheme.ts";
import { columnNameMistakes, unknownOptions } from "../shared/options.ts";
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

const shared = ["scheme", "subwords", "aggregation", "stride", "split"] satisfies readonly (
  keyof TaggingOptions
)[];
const ofWords = ["tokens", "tags", "names"] satisfies readonly (keyof TaggedWordsOptions)[];
const ofTexts = ["text", "spans", "offsets"] satisfies readonly (keyof TextSpansOptions)[];

/** The names of the options. */
export const tokenClassificationOptions: readonly string[] = [...ofWords, ...ofTexts, ...shared];

/** Whether rows are texts with spans. */
export function hasSpans(options: TokenClassificationOptions): options is TextSpansOptions {
  return "spans" in options && options.spans !== undefined;
}

/** The schemes that spans can be written in. */
export type SpanScheme = "BIO" | "IOBES" | "BILOU" | "IO";

const spanSchemes: readonly string[] = ["BIO", "IOBES", "BILOU", "IO"] satisfies SpanScheme[];

/** What is wrong with the options, one line each. */
export function tokenClassificationMistakes(given: object): string[] {
  const options = given as Readonly<Record<string, unknown>>;
  const has = (names: readonly string[]) => names.some((name) => options[name] !== undefined);
  const [words, texts] = [has(ofWords), has(ofTexts)];
  const wrong = unknownOptions(given, tokenClassificationOptions);
  if (words === texts) {
    wrong.push(
      "give either tokens and tags, columns of lists, or text and spans, a text's column and that " +
        "of its spans",
    );
  } else {
    const [first, second] = words ? ["tokens", "tags"] : ["text", "spans"];
    wrong.push(...columnNameMistakes(given, [first, second]));
    if (options[first] !== undefined && options[first] === options[second]) {
      wrong.push(`${first} and ${second} must be two different columns`);
    }
  }
  const oneOf = (name: string, known: readonly string[]) => {
    const value = options[name];
    if (value === undefined || known.includes(value as string)) return;
    const hint = didYouMean(String(value), known);
    wrong.push(`there is no ${name} ${JSON.stringify(value)}${hint}. They are ${known.join(", ")}`);
  };
  oneOf("scheme", texts ? spanSchemes : tagSchemes);
  oneOf("subwords", subwordRules);
  oneOf("aggregation", aggregations);
  oneOf("split", wordSplits);
  oneOf("offsets", ["codepoints", "utf16"]);
  const { stride, names } = options;
  if (stride !== undefined && !(Number.isSafeInteger(stride) && (stride as number) >= 0)) {
    wrong.push(`stride is ${stride}, but must be a whole number of tokens`);
  }
  const isNames = Array.isArray(names) && names.every((each) => typeof each === "string" && each);
  if (names !== undefined && !isNames) {
    wrong.push("names must be a list of texts, one for each tag");
  }
  return wrong;
}
