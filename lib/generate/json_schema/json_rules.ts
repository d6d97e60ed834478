/**
 * JSON's own rules (RFC 8259) as a grammar.
 *
 * @module
 */
import {
  characterOf,
  choiceOf,
  emptyText,
  type Expression,
  othersOf,
  repeatOf,
  ruleOf,
  sequenceOf,
  textOf,
} from "../grammar/expression.ts";

const code = (character: string) => character.codePointAt(0)!;
const range = (first: string, last: string) => [code(first), code(last)] as const;

const digit = characterOf(range("0", "9"));
const hexDigit = characterOf(range("0", "9"), range("a", "f"), range("A", "F"));

/** What a JSON text escapes: control characters, quotes and backslashes. */
export const escapedRanges = [
  [0, 0x1f],
  [code('"'), code('"')],
  [code("\\"), code("\\")],
] as const;

/** A model that goes on with digits, or with white space, would never end. */
const mostDigits = 15;
const mostFraction = 16;
const mostExponent = 2;
const mostIndent = 20;

/** A character that a text shows as it is. */
export const plainCharacter: Expression = characterOf(...othersOf(escapedRanges));

/** Characters written by one escape each; halves of surrogate pairs are not. */
const escape = sequenceOf(
  textOf("\\"),
  choiceOf(
    characterOf(...[...'"\\/bfnrt'].map((each) => range(each, each))),
    sequenceOf(
      textOf("u"),
      choiceOf(
        sequenceOf(
          characterOf(
            range("0", "9"),
            range("a", "c"),
            range("A", "C"),
            range("e", "f"),
            range("E", "F"),
          ),
          repeatOf(hexDigit, 3, 3),
        ),
        sequenceOf(
          characterOf(range("d", "d"), range("D", "D")),
          characterOf(range("0", "7")),
          repeatOf(hexDigit, 2, 2),
        ),
      ),
    ),
  ),
);

const wholePart = choiceOf(
  textOf("0"),
  sequenceOf(characterOf(range("1", "9")), repeatOf(digit, 0, mostDigits)),
);
const sign = choiceOf(emptyText, textOf("-"));

/** Rules under names that no rule of a schema has. */
export const jsonRules: ReadonlyMap<string, Expression> = new Map<string, Expression>([
  [
    "space",
    choiceOf(
      emptyText,
      textOf(" "),
      sequenceOf(
        textOf("\n"),
        repeatOf(characterOf(range(" ", " "), range("\t", "\t")), 0, mostIndent),
      ),
    ),
  ],
  ["character", choiceOf(plainCharacter, escape)],
  ["string", quotedOf(repeatOf(ruleOf("character"), 0))],
  ["integer", sequenceOf(sign, wholePart)],
  [
    "number",
    sequenceOf(
      ruleOf("integer"),
      repeatOf(sequenceOf(textOf("."), repeatOf(digit, 1, mostFraction)), 0, 1),
      repeatOf(
        sequenceOf(
          characterOf(range("e", "e"), range("E", "E")),
          repeatOf(characterOf(range("+", "+"), range("-", "-")), 0, 1),
          repeatOf(digit, 1, mostExponent),
        ),
        0,
        1,
      ),
    ),
  ],
  ["boolean", choiceOf(textOf("true"), textOf("false"))],
  ["null", textOf("null")],
  ["array", jsonList(ruleOf("value"), 0, Infinity)],
  ["object", membersOf(ruleOf("string"), ruleOf("value"), 0)],
  [
    "value",
    choiceOf(
      ...["object", "array", "string", "number", "boolean", "null"].map(ruleOf),
    ),
  ],
]);

/** Something between quotes. */
export function quotedOf(inside: Expression): Expression {
  return sequenceOf(textOf('"'), inside, textOf('"'));
}

/** A name, a colon and a value. */
export function memberOf(name: Expression, value: Expression): Expression {
  return sequenceOf(name, textOf(":"), ruleOf("space"), value);
}

/** What goes on behind a comma. */
export function afterComma(next: Expression): Expression {
  return sequenceOf(textOf(","), ruleOf("space"), next);
}

/** Something in brackets, with space on both sides. */
export function inBrackets(open: string, inside: Expression, close: string): Expression {
  return sequenceOf(textOf(open), ruleOf("space"), inside, ruleOf("space"), textOf(close));
}

/** From `least` to `most` of the same between square brackets, behind the items that come first. */
export function jsonList(
  item: Expression,
  least: number,
  most: number,
  first: readonly Expression[] = [],
): Expression {
  const close = textOf("]");
  const [head, ...tail] = first;
  if (head === undefined) {
    if (most === 0) return sequenceOf(textOf("["), ruleOf("space"), close);
    const some = sequenceOf(item, repeatOf(afterComma(item), Math.max(0, least - 1), most - 1));
    return inBrackets("[", least === 0 ? choiceOf(emptyText, some) : some, "]");
  }
  const rest = repeatOf(
    afterComma(item),
    Math.max(0, least - first.length),
    Math.max(0, most - first.length),
  );
  return inBrackets("[", sequenceOf(head, ...tail.map(afterComma), rest), "]");
}

/** An object of any number of members, at least `least`. */
export function membersOf(name: Expression, value: Expression, least: number): Expression {
  const member = memberOf(name, value);
  const some = sequenceOf(member, repeatOf(afterComma(member), Math.max(0, least - 1)));
  return inBrackets("{", least === 0 ? choiceOf(emptyText, some) : some, "}");
}
