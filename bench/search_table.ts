/**
 * Regrets of searches as a table, with a paired test between the two sides.
 *
 * @module
 */
import { wilcoxonSignedRank } from "../mod.ts";
import { markdownTable } from "./markdown_table.ts";
import { mean } from "./mean.ts";
import { median } from "./median.ts";

/** A search of one side. */
export interface MeasuredSearch {
  readonly side: "tunebook" | "optuna";
  readonly sampler: string;
  readonly function: string;
  readonly seed: number;
  /** The best value so far after each trial, lower is better. */
  readonly bests: readonly number[];
  readonly seconds: number;
}

/**
 * A row for each sampler and function: mean and median regret of both sides after the last trial, how often
 * ours is lower or the same, and how likely such a difference is by chance (Wilcoxon's signed-rank test,
 * paired by seeds, two-sided; of the logarithms, or of the regrets themselves where one found the least value).
 *
 * @param leastOf the least value of each function
 */
export function searchTable(
  searches: readonly MeasuredSearch[],
  leastOf: Readonly<Record<string, number>>,
): string {
  const kinds = new Map(searches.map((each) => [`${each.sampler}, ${each.function}`, each]));
  return markdownTable([...kinds].map(([title, kind]) => {
    const of = (side: MeasuredSearch["side"]) =>
      searches.filter((each) =>
        each.side === side && each.sampler === kind.sampler && each.function === kind.function
      ).sort((a, b) => a.seed - b.seed);
    const [ours, theirs] = [of("tunebook"), of("optuna")];
    const regretOf = ({ bests }: MeasuredSearch) => bests.at(-1)! - leastOf[kind.function];
    const pairs = ours.flatMap((own) => {
      const other = theirs.find(({ seed }) => seed === own.seed);
      return other === undefined ? [] : [[regretOf(own), regretOf(other)]];
    });
    const isPositive = pairs.flat().every((regret) => regret > 0);
    const differences = pairs.map(([own, other]) =>
      isPositive ? Math.log(own) - Math.log(other) : own - other
    );
    const isSame = differences.every((each) => each === 0);
    return [title, {
      seeds: String(pairs.length),
      "mean": shown(mean(pairs.map(([own]) => own))),
      "Optuna's": shown(mean(pairs.map(([, other]) => other))),
      "median": shown(median(pairs.map(([own]) => own))),
      "Optuna's median": shown(median(pairs.map(([, other]) => other))),
      "lower": String(differences.filter((each) => each < 0).length),
      "same": String(differences.filter((each) => each === 0).length),
      "p": isSame ? "1" : wilcoxonSignedRank(differences).pValue.toPrecision(2),
      "seconds": mean(ours.map(({ seconds }) => seconds)).toFixed(2),
      "Optuna's seconds": mean(theirs.map(({ seconds }) => seconds)).toFixed(2),
    }];
  }));
}

function shown(regret: number): string {
  return regret > 0 && regret < 0.001 ? regret.toExponential(1) : regret.toPrecision(2);
}
