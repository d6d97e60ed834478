/**
 * Takes personal data out of texts before they are stored.
 *
 * @module
 */
import { isRecord } from "../../../core/objects.ts";

/** A pattern by name. */
export type RedactName = "email" | "url" | "iban" | "card" | "ip" | "phone" | "number";

/** A named pattern, or a function that gives the text to store in place of another. */
export type Redactor = RedactName | ((text: string) => string);

interface Pattern {
  readonly found: RegExp;
  /** What has check digits may have other words and numbers beside it: where it is within what was found. */
  readonly within?: CheckedRun;
}

/** Words and numbers behind each other, of which some are what is looked for, so many characters in all. */
interface CheckedRun {
  /** Splits into words, with what stands between them. */
  readonly between: RegExp;
  readonly least: number;
  readonly most: number;
  is(compact: string): boolean;
}

const digit = String.raw`\p{Nd}`;
/** What people put between digits. */
const between = String.raw`[\s\u00a0.\-–\/()]`;

/**
 * In the order in which they are looked for, so that a card is not taken for a telephone. Digits of every
 * script count.
 */
const patterns: Readonly<Record<RedactName, Pattern>> = {
  email: {
    // Only where a name begins, so that a long text is read once.
    found:
      /(?<![\p{L}\p{N}._%+\-'])[\p{L}\p{N}._%+\-']+\s?[@＠]\s?[\p{L}\p{N}\-]+(?:\.[\p{L}\p{N}\-]+)+/gu,
  },
  url: { found: /\b(?:https?:\/\/|www\.)[^\s<>"']*[^\s<>"'.,;:!?)]/giu },
  iban: {
    found: /\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9])*\b/gi,
    within: { between: /(\s)/, least: 15, most: 34, is: isIban },
  },
  card: {
    found: new RegExp(`(?<!${digit})${digit}(?:[\\s\\u00a0.\\-]?${digit}){12,}`, "gu"),
    within: { between: /([\s\u00a0.\-])/, least: 13, most: 19, is: isCard },
  },
  ip: {
    found:
      /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]\d)|(?<![\w:])(?:[\da-f]{0,4}:){3,7}[\da-f]{0,4}(?!\w)|(?<![\w:])[\da-f]{1,4}(?::[\da-f]{1,4}){0,6}::(?:[\da-f]{1,4}(?::[\da-f]{1,4}){0,6})?(?!\w)/giu,
  },
  phone: {
    found: new RegExp(
      `(?<![\\p{L}${digit}])\\+?\\(?${digit}(?:${between}{0,3}${digit}){6,14}(?!${digit})`,
      "gu",
    ),
  },
  number: { found: new RegExp(`${digit}+`, "gu") },
};

/** The names of the patterns. */
export const redactNames: readonly RedactName[] = Object.keys(patterns) as RedactName[];

/**
 * What may be stored of a text. Patterns come before functions, and in their own order.
 *
 * @example
 * ```ts
 * import { redact } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   redact("Write to ann@example.org or +49 30 1234567.", ["email", "phone"]),
 *   "Write to [email] or [phone].",
 * );
 * ```
 */
export function redact(text: string, redactors: readonly Redactor[]): string {
  const named = redactNames.filter((name) => redactors.includes(name));
  const hidden = named.reduce((left, name) => {
    const { found, within } = patterns[name];
    const hidden = `[${name}]`;
    return left.replaceAll(found, (match) => within ? hideWithin(match, within, hidden) : hidden);
  }, text);
  return redactors.reduce<string>(
    (left, each) => typeof each === "function" ? String(each(left)) : left,
    hidden,
  );
}

/** The same of every text within a value, names of fields left as they are. */
export function redactValue(value: unknown, redactors: readonly Redactor[]): unknown {
  if (typeof value === "string") return redact(value, redactors);
  if (Array.isArray(value)) return value.map((each) => redactValue(each, redactors));
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, redactValue(each, redactors)]),
  );
}

/** The run with whatever passes the check hidden: the most words from each word on. */
function hideWithin(run: string, { between, least, most, is }: CheckedRun, hidden: string): string {
  // Words stand at even places.
  const parts = run.split(between);
  let left = "";
  for (let at = 0; at < parts.length;) {
    let [compact, length, end] = ["", 0, at];
    for (let last = at; last < parts.length; last += 2) {
      compact += parts[last];
      length += [...parts[last]].length;
      if (length > most) break;
      if (length >= least && is(compact)) end = last + 1;
    }
    left += end > at ? hidden : parts[at];
    at = Math.max(end, at + 1);
    if (at < parts.length) left += parts[at++];
  }
  return left;
}

/** The check digit of Luhn (1960). */
function isCard(text: string): boolean {
  const digits = digitsOf(text);
  let sum = 0;
  digits.toReversed().forEach((each, at) => {
    const doubled = at % 2 === 1 ? 2 * each : each;
    sum += doubled > 9 ? doubled - 9 : doubled;
  });
  return sum % 10 === 0;
}

/** Digits of any script as numbers: the ten of a script follow each other. */
function digitsOf(text: string): number[] {
  return [...text].map((character) => {
    if (character <= "9") return Number(character);
    let value = 0;
    const code = character.codePointAt(0)!;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
    return value;
  });
}

/** The check digits of ISO 13616: the number modulo 97 is 1. */
function isIban(text: string): boolean {
  if (!/^[A-Z]{2}\d{2}/i.test(text)) return false;
  const compact = text.toUpperCase();
  const moved = compact.slice(4) + compact.slice(0, 4);
  let rest = 0;
  for (const character of moved) {
    const value = parseInt(character, 36);
    rest = (rest * (value < 10 ? 10 : 100) + value) % 97;
  }
  return rest === 1;
}
