/**
 * What a grammar must fulfil before it can be followed from left to right.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { quoted } from "../../core/quoted.ts";
import type { Expression, Grammar } from "./expression.ts";

/**
 * Throws a `TunebookError` of kind "input" with all rules that are named but not defined, and with those that
 * begin with themselves.
 */
export function checkRules({ rules, root }: Grammar): void {
  const wrong = new Set<string>();
  if (!rules.has(root)) wrong.add(`there is no rule ${quoted(root)}, with which a text begins`);
  for (const [name, expression] of rules) {
    for (const used of namesIn(expression)) {
      if (rules.has(used)) continue;
      wrong.add(
        `the rule ${quoted(name)} names ${quoted(used)}, which is no rule` +
          didYouMean(used, rules.keys()),
      );
    }
  }
  if (wrong.size === 0) { for (const told of leftRecursion(rules)) wrong.add(told); }
  if (wrong.size > 0) throw mistakes("input", "the grammar cannot be followed:", [...wrong]);
}

function namesIn(expression: Expression): string[] {
  switch (expression.kind) {
    case "rule":
      return [expression.name];
    case "sequence":
    case "choice":
      return expression.items.flatMap(namesIn);
    case "repeat":
      return namesIn(expression.item);
    default:
      return [];
  }
}

function leftRecursion(rules: Grammar["rules"]): string[] {
  const empty = emptyRules(rules);
  const first = new Map(
    [...rules].map(([name, expression]) => [name, firstNames(expression, empty)]),
  );
  return [...rules.keys()]
    .filter((name) => reaches(name, name, first))
    .map((name) => `the rule ${quoted(name)} begins with itself; let it end with itself instead`);
}

function reaches(
  from: string,
  to: string,
  first: ReadonlyMap<string, readonly string[]>,
): boolean {
  const met = new Set<string>();
  const left = [...first.get(from)!];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (name === to) return true;
    if (met.has(name)) continue;
    met.add(name);
    left.push(...first.get(name)!);
  }
  return false;
}

/** The rules that may be empty, found until no more come. */
function emptyRules(rules: Grammar["rules"]): Set<string> {
  const empty = new Set<string>();
  for (let before = -1; before < empty.size;) {
    before = empty.size;
    for (const [name, expression] of rules) if (mayBeEmpty(expression, empty)) empty.add(name);
  }
  return empty;
}

function mayBeEmpty(expression: Expression, empty: ReadonlySet<string>): boolean {
  switch (expression.kind) {
    case "text":
      return expression.text === "";
    case "character":
      return false;
    case "sequence":
      return expression.items.every((item) => mayBeEmpty(item, empty));
    case "choice":
      return expression.items.some((item) => mayBeEmpty(item, empty));
    case "repeat":
      return expression.least === 0 || mayBeEmpty(expression.item, empty);
    case "rule":
      return empty.has(expression.name);
  }
}

/** The rules that an expression may begin with. */
function firstNames(expression: Expression, empty: ReadonlySet<string>): string[] {
  switch (expression.kind) {
    case "rule":
      return [expression.name];
    case "choice":
      return expression.items.flatMap((item) => firstNames(item, empty));
    case "repeat":
      return firstNames(expression.item, empty);
    case "sequence": {
      const solid = expression.items.findIndex((item) => !mayBeEmpty(item, empty));
      const until = solid < 0 ? expression.items.length : solid + 1;
      return expression.items.slice(0, until).flatMap((item) => firstNames(item, empty));
    }
    default:
      return [];
  }
}
