/**
 * The normalizer of tokenizer.json as a list of steps, which change texts exactly as Python's
 * tokenizers do.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";
import { bertCharacters } from "./bert_characters.ts";
import { byteCharacters } from "./byte_characters.ts";
import { compilePattern } from "./pattern.ts";
import { precompiledMap } from "./precompiled_map.ts";
import { stepsOf, unknownStep } from "./pre_tokenizer.ts";
import { combiningMarks, lowercase, normalForm } from "./unicode_tables.ts";

/** One step. Its kind says how characters are followed through it. */
export interface NormalizerStep {
  /** The name in tokenizer.json. */
  readonly type: string;
  /**
   * `characters`: one at a time. `replace`: matches of a pattern. `strip`: cuts at the ends.
   * `prepend`: puts something in front. `form`: a normal form of Unicode. `graphemes`: short
   * graphemes as a whole, others one character at a time.
   */
  readonly kind: "characters" | "replace" | "strip" | "prepend" | "form" | "graphemes";
  /** What becomes of a text. */
  normalize(text: string): string;
  /** Of `replace`. */
  readonly pattern?: RegExp;
  /** Of `replace` and `prepend`: what is put in. */
  readonly content?: string;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The steps of a normalizer; none for null. Throws a `TunebookError` of kind "unsupported" for a
 * step that this version does not follow exactly.
 */
export function readNormalizer(json: unknown): NormalizerStep[] {
  if (json === null || json === undefined) return [];
  const step = json as Json;
  const type = String(step.type);
  const characters = (normalize: (text: string) => string): NormalizerStep[] => [
    { type, kind: "characters", normalize },
  ];
  switch (type) {
    case "Sequence":
      return stepsOf(step, "normalizers").flatMap(readNormalizer);
    case "BertNormalizer":
      return characters(bertCharacters(step));
    case "Lowercase":
      return characters(lowercase);
    case "StripAccents":
      return characters((text) => text.replaceAll(combiningMarks, ""));
    case "Nmt":
      return characters(nmt);
    case "ByteLevel":
      return characters(byteCharacters);
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD":
      return [{ type, kind: "form", normalize: (text) => normalForm(text, type) }];
    case "Strip":
      return [{ type, kind: "strip", normalize: strip(step) }];
    case "Prepend": {
      const content = textOf(step, "prepend");
      return [{
        type,
        kind: "prepend",
        content,
        normalize: (text) => text === "" ? "" : content + text,
      }];
    }
    case "Replace": {
      const pattern = compilePattern(step.pattern, "the normalizer Replace");
      const content = textOf(step, "content");
      const normalize = (text: string) => text.replaceAll(pattern, () => content);
      return [{ type, kind: "replace", pattern, content, normalize }];
    }
    case "Precompiled":
      return [{ type, kind: "graphemes", normalize: precompiledMap(step.precompiled_charsmap) }];
    default:
      throw unknownStep("normalizer", step.type);
  }
}

/** What all steps make of a text. */
export function normalizeAll(steps: readonly NormalizerStep[], text: string): string {
  return steps.reduce((now, step) => step.normalize(now), text);
}

// deno-lint-ignore no-control-regex
const vanishing = /[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]/g;
const blank = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g;

/** SentencePiece's rules for machine translation. */
function nmt(text: string): string {
  return text.replaceAll(vanishing, "").replaceAll(blank, " ");
}

function strip({ strip_left, strip_right }: Json): (text: string) => string {
  const space = /\p{White_Space}/u;
  return (text) => {
    let from = 0;
    let to = text.length;
    while (strip_left === true && from < to && space.test(text[from])) from++;
    while (strip_right === true && to > from && space.test(text[to - 1])) to--;
    return text.slice(from, to);
  };
}

function textOf(step: Json, field: string): string {
  const text = step[field];
  if (typeof text === "string") return text;
  throw new TunebookError(
    "weights",
    `the normalizer ${step.type} has ${field}: ${shownValue(text)}; it must be a text`,
  );
}
