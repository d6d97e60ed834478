/**
 * Numbers in texts without rounding: fractions of whole numbers of any size.
 *
 * @module
 */

/** A number; the denominator is above 0, and both may have a common factor. */
export interface ExactNumber {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Digits and powers of ten beyond these are no answer but noise. */
const mostDigits = 1000;
const mostExponent = 1000;

const digits = String.raw`(?:\d{1,3}(?:,\d{3})+(?![\d,]*\d)|\d+)`;
const decimal = String.raw`(?:${digits}(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?`;
/** A minus is no sign behind what it may be subtracted from. */
const sign = String.raw`(?:(?<![\w)\]}]|[\d)\]}] )[-−+])?`;
/** Also what a word or another number would run into is none: `x2`, `1.2.3`. */
const start = String.raw`(?<![\w.])`;

/** A fraction of TeX, a fraction with a slash, or a decimal number. */
const number = new RegExp(
  String.raw`(?<tex>${sign})\\[dt]?frac\s*\{\s*(?<over>-?\d+)\s*\}\s*\{\s*(?<under>\d+)\s*\}` +
    String.raw`|(?<plain>${sign}${start}${decimal})(?:\/(?<divisor>\d+)(?![\d.,]*\d))?`,
  "g",
);

/**
 * The numbers of a text in their order: `-1,234.5`, `1e-3`, `3/4`, `\frac{3}{4}`. What divides by zero and
 * what is of no sensible size is left out.
 *
 * @example
 * ```ts
 * import { exactNumbersIn } from "./exact_number.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(exactNumbersIn("12 / 4 is 3, or 0.5 of 1,000"), [
 *   { numerator: 12n, denominator: 1n },
 *   { numerator: 4n, denominator: 1n },
 *   { numerator: 3n, denominator: 1n },
 *   { numerator: 5n, denominator: 10n },
 *   { numerator: 1000n, denominator: 1n },
 * ]);
 * ```
 */
export function exactNumbersIn(text: string): ExactNumber[] {
  return text.matchAll(number).toArray().flatMap(({ groups }) => {
    const { tex, over, under, plain, divisor } = groups!;
    if (plain === undefined) return ratio(exact(`${tex}${over}`.replace("--", "")), exact(under));
    return ratio(exact(plain), divisor === undefined ? one : exact(divisor));
  });
}

const one: ExactNumber = { numerator: 1n, denominator: 1n };

function ratio(above: ExactNumber | undefined, below: ExactNumber | undefined): ExactNumber[] {
  if (above === undefined || below === undefined || below.numerator === 0n) return [];
  return [{
    numerator: above.numerator * below.denominator,
    denominator: above.denominator * below.numerator,
  }];
}

/** A decimal number. */
function exact(text: string): ExactNumber | undefined {
  if (text.length > mostDigits) return undefined;
  const [, minus, whole, part = "", power = "0"] = /^([-−+]?)([\d,]*)(?:\.(\d+))?(?:[eE](.+))?$/
    .exec(text)!;
  const exponent = Number(power) - part.length;
  if (Math.abs(exponent) > mostExponent) return undefined;
  const value = BigInt(whole.replaceAll(",", "") + part);
  const signed = minus === "" || minus === "+" ? value : -value;
  return exponent < 0
    ? { numerator: signed, denominator: 10n ** BigInt(-exponent) }
    : { numerator: signed * 10n ** BigInt(exponent), denominator: 1n };
}

/** A number of JavaScript as its shortest decimal form says it: 0.1 is a tenth. */
export function exactNumber(value: number | bigint): ExactNumber {
  return exact(String(value))!;
}

/** Whether two numbers differ by at most a third one. */
export function isWithin(a: ExactNumber, b: ExactNumber, tolerance: ExactNumber): boolean {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  const size = difference < 0n ? -difference : difference;
  return size * tolerance.denominator <= tolerance.numerator * a.denominator * b.denominator;
}
