/**
 * Regular expressions of JavaScript (`pattern` of a JSON schema) as grammars of JSON texts.
 *
 * @module
 */
import { type AST, RegExpParser } from "@eslint-community/regexpp";
import { messageOf } from "../../core/errors.ts";
import {
  characterOf,
  choiceOf,
  type CodePointRange,
  emptyText,
  type Expression,
  repeatOf,
  ruleOf,
  sequenceOf,
  textOf,
} from "../grammar/expression.ts";

/** What a pattern means, or why it cannot be followed. */
export type PatternResult = { readonly expression: Expression } | { readonly refused: string };

/**
 * The texts that a pattern finds something in, as they stand between the quotes of a JSON text. Without `^` or
 * `$` anything may stand before or behind.
 */
export function patternExpression(source: string): PatternResult {
  try {
    const pattern = new RegExpParser({ ecmaVersion: 2025 })
      .parsePattern(source, 0, source.length, { unicode: true });
    return { expression: choiceOf(...pattern.alternatives.map(wholeAlternative)) };
  } catch (error) {
    return { refused: messageOf(error) };
  }
}

const anything = repeatOf(ruleOf("character"), 0);

/** One alternative of the whole pattern: here an anchor has a meaning. */
function wholeAlternative({ elements }: AST.Alternative): Expression {
  const isAnchored = (element: AST.Element | undefined, kind: "start" | "end") =>
    element?.type === "Assertion" && element.kind === kind;
  const opens = isAnchored(elements[0], "start");
  const inner = opens ? elements.slice(1) : elements;
  const closes = isAnchored(inner.at(-1), "end");
  const items = (closes ? inner.slice(0, -1) : inner).map(elementExpression);
  return sequenceOf(
    ...(opens ? [] : [anything]),
    ...items,
    ...(closes ? [] : [anything]),
    emptyText,
  );
}

function elementExpression(element: AST.Element): Expression {
  switch (element.type) {
    case "Character":
      if (element.value >= 0xd800 && element.value <= 0xdfff) {
        throw new Error(`${element.raw} is half of a character`);
      }
      return written([[element.value, element.value]]);
    case "CharacterSet":
    case "CharacterClass":
      return written(rangesOf(element.raw));
    case "Group":
      if (element.modifiers) throw new Error(`modifiers (${element.raw}) are not supported`);
      return choiceOf(...element.alternatives.map(inner));
    case "CapturingGroup":
      return choiceOf(...element.alternatives.map(inner));
    case "Quantifier":
      return repeatOf(elementExpression(element.element), element.min, element.max);
    case "Assertion":
      throw new Error(
        `${element.raw} is supported only as ^ at the beginning and $ at the end of an alternative of the ` +
          "whole pattern",
      );
    default:
      throw new Error(`${element.raw} (${element.type}) is not supported`);
  }
}

function inner({ elements }: AST.Alternative): Expression {
  return sequenceOf(...elements.map(elementExpression), emptyText);
}

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
};

/** Characters as JSON writes them: those that must be escaped in one way, the others as they are. */
function written(ranges: readonly CodePointRange[]): Expression {
  const plain: CodePointRange[] = [];
  const escaped: Expression[] = [];
  for (const [first, last] of ranges) {
    let from = first;
    for (let code = first; code <= Math.min(last, "\\".charCodeAt(0)); code++) {
      const character = String.fromCharCode(code);
      const escape = shortEscapes[character] ??
        (code < 0x20 ? `\\u${code.toString(16).padStart(4, "0")}` : undefined);
      if (escape === undefined) continue;
      escaped.push(textOf(escape));
      if (code > from) plain.push([from, code - 1]);
      from = code + 1;
    }
    if (from <= last) plain.push([from, last]);
  }
  return choiceOf(...(plain.length > 0 ? [characterOf(...plain)] : []), ...escaped);
}

const lastCodePoint = 0x10ffff;
const found = new Map<string, CodePointRange[]>();

/** The characters that a class such as `[a-f]`, `\d` or `\p{L}` matches: each is asked. */
function rangesOf(raw: string): CodePointRange[] {
  const known = found.get(raw);
  if (known) return known;
  const matches = new RegExp(`^${raw}$`, "u");
  const ranges: [number, number][] = [];
  for (let code = 0; code <= lastCodePoint; code++) {
    const isSurrogate = code >= 0xd800 && code <= 0xdfff;
    if (isSurrogate || !matches.test(String.fromCodePoint(code))) continue;
    const last = ranges.at(-1);
    if (last?.[1] === code - 1) last[1] = code;
    else ranges.push([code, code]);
  }
  found.set(raw, ranges);
  return ranges;
}
