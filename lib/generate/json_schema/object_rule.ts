/**
 * Objects of a schema: named members in the order of the schema, then others where it lets them through.
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
import {
  afterComma,
  escapedRanges,
  inBrackets,
  memberOf,
  plainCharacter,
  quotedOf,
} from "./json_rules.ts";

/** A member that has a name. */
export interface NamedMember {
  readonly name: string;
  readonly value: Expression;
  readonly isRequired: boolean;
}

/**
 * An object with these members, each at most once, and with others of the value `others` behind them. The
 * rules that it needs are added with `addRule`, which gives each a name.
 */
export function objectExpression(
  members: readonly NamedMember[],
  others: Expression | undefined,
  addRule: (expression: Expression) => Expression,
): Expression {
  const other = others && memberOf(otherName(members.map(({ name }) => name)), others);
  const more = other && repeatOf(afterComma(other), 0);
  // From the back: what may follow where a member stands before it, and where none does.
  let behind: Expression = more ?? emptyText;
  let first: Expression = other && more ? choiceOf(emptyText, sequenceOf(other, more)) : emptyText;
  for (const { name, value, isRequired } of members.toReversed()) {
    const member = memberOf(textOf(JSON.stringify(name)), value);
    // Named, because each is used twice before it.
    const next = addRule(behind);
    const skipped = isRequired ? [] : [addRule(first)];
    first = choiceOf(sequenceOf(member, next), ...skipped);
    behind = choiceOf(afterComma(sequenceOf(member, next)), ...(isRequired ? [] : [next]));
  }
  return inBrackets("{", first, "}");
}

/** A name without escapes that is none of these. */
function otherName(names: readonly string[]): Expression {
  if (names.length === 0) return ruleOf("string");
  return quotedOf(notAny(names));
}

function notAny(names: readonly string[]): Expression {
  const heads = new Map<string, string[]>();
  for (const name of names) {
    if (name === "") continue;
    const [head] = name;
    heads.set(head, [...heads.get(head) ?? [], name.slice(head.length)]);
  }
  const taken = [...heads.keys()].map((head) => head.codePointAt(0)!);
  const other = characterOf(
    ...othersOf([...escapedRanges, ...taken.map((code) => [code, code] as const)]),
  );
  return choiceOf(
    ...(names.includes("") ? [] : [emptyText]),
    sequenceOf(other, repeatOf(plainCharacter, 0)),
    ...[...heads]
      // What must be escaped is in no name without escapes.
      .filter(([head]) => JSON.stringify(head) === `"${head}"`)
      .map(([head, tails]) => sequenceOf(textOf(head), notAny(tails))),
  );
}
