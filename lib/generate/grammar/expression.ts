/**
 * What a grammar is made of.
 *
 * @module
 */

/** Code points from the first to the last, both included. */
export type CodePointRange = readonly [first: number, last: number];

/** A set of texts. */
export type Expression =
  | { readonly kind: "text"; readonly text: string }
  /** One character of these. */
  | { readonly kind: "character"; readonly ranges: readonly CodePointRange[] }
  | { readonly kind: "sequence"; readonly items: readonly Expression[] }
  | { readonly kind: "choice"; readonly items: readonly Expression[] }
  /** From `least` to `most` times, which may be Infinity. */
  | {
    readonly kind: "repeat";
    readonly item: Expression;
    readonly least: number;
    readonly most: number;
  }
  | { readonly kind: "rule"; readonly name: string };

/** Rules that may name each other, and the one that a text follows. */
export interface Grammar {
  readonly rules: ReadonlyMap<string, Expression>;
  readonly root: string;
}

const lastCodePoint = 0x10ffff;
const firstSurrogate = 0xd800;
const lastSurrogate = 0xdfff;

/** Exactly this text. */
export function textOf(text: string): Expression {
  return { kind: "text", text };
}

/** One character of some ranges. */
export function characterOf(...ranges: readonly CodePointRange[]): Expression {
  return { kind: "character", ranges };
}

/** One after the other. */
export function sequenceOf(...items: readonly Expression[]): Expression {
  return items.length === 1 ? items[0] : { kind: "sequence", items };
}

/** Any one of these. */
export function choiceOf(...items: readonly Expression[]): Expression {
  return items.length === 1 ? items[0] : { kind: "choice", items };
}

/** From `least` to `most` times. */
export function repeatOf(item: Expression, least: number, most: number = Infinity): Expression {
  return { kind: "repeat", item, least, most };
}

/** What another rule says. */
export function ruleOf(name: string): Expression {
  return { kind: "rule", name };
}

/** Nothing. */
export const emptyText: Expression = textOf("");

/** All characters that are not in these ranges; halves of surrogate pairs are none. */
export function othersOf(ranges: readonly CodePointRange[]): CodePointRange[] {
  const sorted = [...ranges, [firstSurrogate, lastSurrogate] as const]
    .toSorted((a, b) => a[0] - b[0]);
  const others: CodePointRange[] = [];
  let next = 0;
  for (const [first, last] of sorted) {
    if (first > next) others.push([next, first - 1]);
    next = Math.max(next, last + 1);
  }
  if (next <= lastCodePoint) others.push([next, lastCodePoint]);
  return others;
}
