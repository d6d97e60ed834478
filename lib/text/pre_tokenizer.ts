/**
 * The pre-tokenizer of tokenizer.json as a list of four kinds of steps, which cut and write words
 * exactly as Python's tokenizers do.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";
import { compilePattern } from "./pattern.ts";
import { type SplitBehavior, splitBehaviors } from "./split_spans.ts";
import { numerals, punctuation, wordCharacters } from "./unicode_tables.ts";

/** Cuts a text at a pattern. */
export interface SplitStep {
  readonly kind: "split";
  readonly pattern: RegExp;
  readonly behavior: SplitBehavior;
  readonly invert: boolean;
}

/** Writes a text as its UTF-8 bytes, one character a byte, and cuts it at GPT-2's pattern if given. */
export interface BytesStep {
  readonly kind: "bytes";
  readonly addPrefixSpace: boolean;
  readonly pattern?: RegExp;
}

/** Writes spaces as a mark, puts one in front and cuts before each. */
export interface MetaspaceStep {
  readonly kind: "metaspace";
  readonly mark: string;
  readonly prepend: "always" | "first" | "never";
  /** Cuts before each mark, if given. */
  readonly pattern?: RegExp;
}

/** A step of a pre-tokenizer. */
export type PreTokenizerStep = SplitStep | BytesStep | MetaspaceStep;

type Json = Readonly<Record<string, unknown>>;

const whiteSpace = /\p{White_Space}+/gu;
const whitespaceWords = new RegExp(
  `[${wordCharacters}]+|[^${wordCharacters}\\p{White_Space}]+`,
  "gu",
);
/** GPT-2's, with Oniguruma's white space. */
export const bytesPattern: RegExp = new RegExp(
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\p{White_Space}\\p{L}\\p{N}]+|" +
    "\\p{White_Space}+(?!\\P{White_Space})|\\p{White_Space}+",
  "gu",
);

/**
 * The steps of a pre-tokenizer; none for null. Throws a `TunebookError` of kind "unsupported" for a
 * step that Python's tokenizers have and this version has not, and of kind "weights" for one that
 * nobody knows.
 */
export function readPreTokenizer(json: unknown): PreTokenizerStep[] {
  if (json === null || json === undefined) return [];
  const step = json as Json;
  const split = (pattern: RegExp, behavior: unknown = "Isolated", invert = false): SplitStep => ({
    kind: "split",
    pattern,
    behavior: behaviorOf(behavior, step),
    invert,
  });
  switch (step.type) {
    case "Sequence":
      return stepsOf(step, "pretokenizers").flatMap(readPreTokenizer);
    case "BertPreTokenizer":
      return [split(whiteSpace, "Removed"), split(punctuation)];
    case "Whitespace":
      return [split(whitespaceWords, "Removed", true)];
    case "WhitespaceSplit":
      return [split(whiteSpace, "Removed")];
    case "Punctuation":
      return [split(punctuation, step.behavior)];
    case "Digits":
      return [split(numerals, step.individual_digits === true ? "Isolated" : "Contiguous")];
    case "CharDelimiterSplit":
      return [split(compilePattern({ String: step.delimiter }, "CharDelimiterSplit"), "Removed")];
    case "Split": {
      const pattern = compilePattern(step.pattern, "the pre-tokenizer Split");
      return [split(pattern, step.behavior, step.invert === true)];
    }
    case "FixedLength":
      return [split(new RegExp(`[^]{1,${lengthOf(step)}}`, "gu"))];
    case "ByteLevel":
      return [{
        kind: "bytes",
        addPrefixSpace: step.add_prefix_space === true,
        ...(step.use_regex === false ? {} : { pattern: bytesPattern }),
      }];
    case "Metaspace":
      return [metaspace(step)];
    default:
      throw unknownStep("pre-tokenizer", step.type);
  }
}

function metaspace(step: Json): MetaspaceStep {
  const mark = typeof step.replacement === "string" ? step.replacement : "▁";
  const given = step.prepend_scheme ?? "always";
  const prepend = step.add_prefix_space === false ? "never" : given;
  if (prepend !== "always" && prepend !== "first" && prepend !== "never") {
    throw new TunebookError(
      "weights",
      `the pre-tokenizer Metaspace has the prepend_scheme ${shownValue(prepend)}; it must be ` +
        `"always", "first" or "never"`,
    );
  }
  const pattern = new RegExp(RegExp.escape(mark), "gu");
  return { kind: "metaspace", mark, prepend, ...(step.split === false ? {} : { pattern }) };
}

function behaviorOf(given: unknown, { type }: Json): SplitBehavior {
  const found = splitBehaviors.find((name) => name === given);
  if (found) return found;
  throw new TunebookError(
    "weights",
    `the pre-tokenizer ${type} has the behavior ${shownValue(given)}; there are ` +
      splitBehaviors.join(", "),
  );
}

function lengthOf({ length = 5 }: Json): number {
  if (Number.isSafeInteger(length) && (length as number) > 0) return length as number;
  throw new TunebookError(
    "weights",
    `the pre-tokenizer FixedLength has the length ${shownValue(length)}; it must be a whole ` +
      "number above 0",
  );
}

/** The list in a field of a step. */
export function stepsOf(step: Json, field: string): unknown[] {
  const list = step[field];
  if (Array.isArray(list)) return list;
  throw new TunebookError(
    "weights",
    `${step.type} has no list of ${field}, but ${shownValue(list)}`,
  );
}

/** The error for a part of a tokenizer that cannot be followed. */
export function unknownStep(part: string, type: unknown): TunebookError {
  return new TunebookError(
    "unsupported",
    `the ${part} ${shownValue(type)} is not one that tunebook follows exactly`,
  );
}
