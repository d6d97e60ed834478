/**
 * A search's history in the words of its views: titles of parameters, values as texts, names of aims.
 *
 * @module
 */
import { refuseOptions } from "../../core/check_options.ts";
import { optionMistake } from "../../core/errors.ts";
import type { Rule, Rules } from "../../core/option_rules.ts";
import { short } from "../../chart/rows.ts";
import {
  type CompleteTrial,
  completeTrials,
  firstLoss,
  type SearchHistory,
  type Trial,
} from "../history.ts";
import type { ChoiceDimension, Dimension } from "../space/dimension.ts";

/** How a search is called in a chart. */
export interface SearchChartOptions {
  /** What is searched for, `accuracy`; a list with one for each aim where there are several. */
  readonly aims?: string | readonly string[];
}

/** Numbers that are written without an exponent, and the digits of others. */
const [leastPlain, mostPlain, digits] = [1e-3, 1e6, 4];

const aimsRule: Rule = [
  "a text, or a list with one for each aim",
  (value) => [value].flat().every((each) => typeof each === "string" && each !== ""),
];
/** What the options of every chart of a search must be. */
export const searchChartRules: Rules<SearchChartOptions> = { aims: aimsRule };

/** The names of the aims; `value` where none are given. */
export function aimNames(
  of: string,
  { better }: SearchHistory,
  { aims }: SearchChartOptions,
): readonly string[] {
  if (aims === undefined) {
    return better.length === 1 ? ["value"] : better.map((_, aim) => `value ${aim + 1}`);
  }
  const names = [aims].flat();
  if (names.length !== better.length) {
    const found = `has ${names.length} name${names.length === 1 ? "" : "s"}`;
    refuseOptions(of, [optionMistake("aims", `${found}, but the search has ${better.length}`)]);
  }
  return names;
}

/**
 * What each parameter is called: its name, and for one inside a choice's value what it is there and which
 * value that is, `rank (lora)`. Where two would be called the same all have their names.
 */
export function dimensionTitles(dimensions: readonly Dimension[]): ReadonlyMap<Dimension, string> {
  const titles = dimensions.map((dimension) => titleOf(dimension, dimensions));
  const isClear = new Set(titles).size === titles.length;
  return new Map(dimensions.map((each, at) => [each, isClear ? titles[at] : each.name]));
}

function titleOf({ name, condition }: Dimension, dimensions: readonly Dimension[]): string {
  if (condition === undefined) return plainName(name);
  const choice = dimensions.find((each) => each.name === condition.name) as ChoiceDimension;
  const inside = name.slice(`${condition.name}[${condition.value}]`.length).replace(/^\./, "");
  return `${plainName(inside === "" ? condition.name : inside)} (${
    choiceLabel(choice, condition.value)
  })`;
}

/** A name that is no word of JavaScript stands in brackets and quotes. */
function plainName(name: string): string {
  return /^\["(?:[^"\\]|\\.)*"\]$/.test(name) ? JSON.parse(name)[0] : name;
}

/** What a value of a choice is called. */
export function choiceLabel({ labels }: ChoiceDimension, value: number): string {
  return labels?.[value] ?? `value ${value + 1}`;
}

/** A value of a parameter as a person reads it. */
export function valueText(dimension: Dimension, value: number): string {
  return dimension.kind === "choice" ? choiceLabel(dimension, value) : numberText(value);
}

/** A number in four digits, with an exponent where it would have many zeros. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  const isPlain = value === 0 || (size >= leastPlain && size < mostPlain);
  return isPlain ? short(value) : Number(value.toPrecision(digits)).toExponential();
}

/** The trials that came to their end, the best by the first aim first. */
export function bestTrials(history: SearchHistory): CompleteTrial[] {
  return completeTrials(history).sort((a, b) =>
    firstLoss(a, history) - firstLoss(b, history) || a.number - b.number
  );
}

/** At most so many things: the first and the last, and others as far from each other as can be. */
export function evenlyChosen<Each>(all: readonly Each[], most: number): readonly Each[] {
  if (all.length <= most) return all;
  return Array.from(
    { length: most },
    (_, at) => all[Math.round(at * (all.length - 1) / Math.max(1, most - 1))],
  );
}

/** What is said where not all trials are drawn. */
export function drawnText(drawn: number, all: number): string {
  return drawn < all ? `; ${drawn} of ${all} trials are drawn` : "";
}

/** The value that a pruned trial had last. */
export function lastReport({ reports }: Trial): number | undefined {
  return reports.at(-1)?.[1];
}
