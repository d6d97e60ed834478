/**
 * Whole numbers between two bounds, as texts.
 *
 * @module
 */
import {
  characterOf,
  choiceOf,
  type Expression,
  repeatOf,
  sequenceOf,
  textOf,
} from "../grammar/expression.ts";

const zero = "0".charCodeAt(0);
const digits = (first: number, last: number) => characterOf([zero + first, zero + last]);
const anyDigit = digits(0, 9);
/** What bounds leave open is written with so many digits at most. */
const mostDigits = 15;
const largest = 10 ** mostDigits - 1;

/**
 * The numbers from `least` to `most`, both included and whole; −Infinity and Infinity leave a side open.
 * Undefined where there are none.
 */
export function integerRange(least: number, most: number): Expression | undefined {
  const from = Math.max(least, -largest);
  const to = Math.min(most, largest);
  if (from > to) return undefined;
  const items: Expression[] = [];
  if (from < 0) {
    items.push(
      sequenceOf(textOf("-"), naturalRange(Math.max(1, -to), -from)),
    );
  }
  if (to >= 0) items.push(naturalRange(Math.max(0, from), to));
  return choiceOf(...items);
}

/** Numbers from 0, split by how many digits they have. */
function naturalRange(from: number, to: number): Expression {
  const items: Expression[] = [];
  for (let length = String(from).length; length <= String(to).length; length++) {
    const first = length === 1 ? 0 : 10 ** (length - 1);
    const low = Math.max(from, first);
    const high = Math.min(to, 10 ** length - 1);
    items.push(sameLength(String(low), String(high)));
  }
  return choiceOf(...items);
}

/** Numbers between two of the same number of digits. */
function sameLength(low: string, high: string): Expression {
  const rest = low.length - 1;
  const isWhole = /^0*$/.test(low.slice(1)) && /^9*$/.test(high.slice(1));
  const [first, last] = [Number(low[0]), Number(high[0])];
  if (rest === 0) return digits(first, last);
  if (isWhole) return sequenceOf(digits(first, last), repeatOf(anyDigit, rest, rest));
  if (first === last) {
    return sequenceOf(digits(first, first), sameLength(low.slice(1), high.slice(1)));
  }
  const items = [
    sequenceOf(digits(first, first), sameLength(low.slice(1), "9".repeat(rest))),
    sequenceOf(digits(last, last), sameLength("0".repeat(rest), high.slice(1))),
  ];
  if (last - first > 1) {
    items.push(sequenceOf(digits(first + 1, last - 1), repeatOf(anyDigit, rest, rest)));
  }
  return choiceOf(...items);
}
