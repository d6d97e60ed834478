/**
 * What a search may keep low beside its score, and the rule by which one trial of the front is chosen.
 *
 * @module
 */
import { optionMistakes } from "../../core/check_options.ts";
import { type Mistake, mistakeOf } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { notNegative, oneOf, required, type Rule, type Rules } from "../../core/option_rules.ts";

/** What a trial costs; each is one of its figures, and lower is better. */
export type SearchCost = "parameters" | "trainedParameters" | "bytes" | "memory" | "latency";

/** How tables and charts call the costs. */
const titles: Readonly<Record<SearchCost, string>> = {
  parameters: "parameters",
  trainedParameters: "trained parameters",
  bytes: "bytes",
  memory: "bytes of memory",
  latency: "ms for one row",
};

/** The costs that a search may look at. */
export const searchCosts = Object.keys(titles) as SearchCost[];

/** What a cost is called, with its unit. */
export function titleOfCost(cost: SearchCost): string {
  return titles[cost];
}

/** A cost in a table: whole numbers in full, others in three digits. */
export function costText(value: number): string {
  return Number.isInteger(value)
    ? value.toLocaleString("en")
    : String(Number(value.toPrecision(3)));
}

/**
 * Which trial of the front is chosen: the one with the best score, or of those whose score is at most `within`
 * worse, in the score's own unit, the one that costs least.
 */
export type FrontRule = "best" | { readonly within: number; readonly least: SearchCost };

const wantsRule = 'best, or { within: 0.01, least: "bytes" }';

/** What a rule must be; what is in it is told by `frontRuleMistakes`. */
export const frontRule: Rule = [wantsRule, (value) => value === "best" || isRecord(value)];

const fieldRules: Rules<Exclude<FrontRule, string>> = {
  within: required(notNegative),
  least: required(oneOf(searchCosts)),
};

/** What is wrong inside a rule, and beside the costs of the search. */
export function frontRuleMistakes(
  rule: FrontRule | undefined,
  costs: readonly SearchCost[] | undefined,
): Mistake[] {
  if (!isRecord(rule)) return [];
  const wrong = optionMistakes(rule, fieldRules).map((each): Mistake => ({
    ...each,
    part: "rule",
  }));
  const { least } = rule as Exclude<FrontRule, string>;
  if (wrong.length > 0 || Array.isArray(costs) && costs.includes(least)) return wrong;
  return [
    mistakeOf((nameOf) =>
      `${nameOf("rule")} looks for the least ${least}, which is not among the ${nameOf("costs")}`
    ),
  ];
}

/** The rule in words. */
export function describeFrontRule(rule: FrontRule): string {
  if (rule === "best") return "the best score";
  return `the least ${rule.least} within ${rule.within} of the best score`;
}
