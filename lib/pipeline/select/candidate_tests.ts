/**
 * Each candidate against the best one, on the same folds.
 *
 * @module
 */
import { holm } from "../../evaluate/adjust_p_values.ts";
import {
  type CorrectedResampledTTest,
  correctedResampledTTest,
} from "../../evaluate/corrected_resampled_t_test.ts";
import { mcNemar, type McNemarTest } from "../../evaluate/mc_nemar.ts";
import { sumOfRows } from "../../metrics/additive_metric.ts";
import type { RowStatistics } from "../../metrics/metric.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import { type PairedBootstrap, pairedBootstrap } from "../compare/paired_bootstrap.ts";
import type { CandidateMetric } from "./candidates.ts";
import { meanSizes } from "./fold_interval.ts";
import type { FoldResult } from "./fold_runs.ts";

/** A candidate against the best one: differences are the best one's score less the candidate's. */
export interface CandidateTest {
  /** Over all folds. */
  readonly tTest: CorrectedResampledTTest;
  /** The p-value of `tTest`, corrected by Holm for the number of candidates. */
  readonly adjusted: number;
  /** Over the held-out rows of the first cut; absent for scores that are not made of numbers of each row. */
  readonly bootstrap?: PairedBootstrap;
  /** Over the same rows, of one label each; absent for other tasks. `onlyB` is what the best one alone has right. */
  readonly mcNemar?: McNemarTest;
}

/** The tests of all others against the best, in their order. */
export function candidateTests(
  best: readonly FoldResult[],
  others: readonly (readonly FoldResult[])[],
  metric: CandidateMetric,
): CandidateTest[] {
  const tests = others.map((folds) => {
    const scores = (of: readonly FoldResult[]) => of.map(({ score }) => score);
    const tTest = correctedResampledTTest(scores(folds), scores(best), meanSizes(best));
    const [own, first] = [folds, best].map((of) => of.filter(({ repeat }) => repeat === 1));
    return { tTest, ...bootstrapOf(own, first, metric), ...mcNemarOf(own, first) };
  });
  const adjusted = holm(tests.map(({ tTest }) => tTest.pValue));
  return tests.map((test, at) => ({ ...test, adjusted: adjusted[at] }));
}

/** The rows of some folds, which are no predictions any more. */
interface HeldOutStatistics extends AnyPredictions {
  readonly statistics: RowStatistics;
}

function bootstrapOf(
  a: readonly FoldResult[],
  b: readonly FoldResult[],
  metric: CandidateMetric,
): Pick<CandidateTest, "bootstrap"> {
  const { additive } = metric;
  const [first, second] = [joined(a), joined(b)];
  if (!additive || !first || !second) return {};
  const bootstrap = pairedBootstrap<HeldOutStatistics>(first, second, {
    ...metric,
    additive: { ...additive, statistics: ({ statistics }) => statistics },
    compute: ({ statistics }) => additive.scoreOf(sumOfRows(statistics)),
  });
  return { bootstrap };
}

/** The numbers of the rows of all folds, one fold after the other. */
function joined(folds: readonly FoldResult[]): HeldOutStatistics | undefined {
  const all = folds.map(({ statistics }) => statistics);
  const [first] = all;
  if (!first || all.some((each) => !each)) return undefined;
  const values = Float64Array.from(all.flatMap((each) => [...each!.values]));
  const { size } = first;
  return { kind: "held-out", rows: values.length / size, statistics: { size, values } };
}

function mcNemarOf(
  a: readonly FoldResult[],
  b: readonly FoldResult[],
): Pick<CandidateTest, "mcNemar"> {
  if ([...a, ...b].some(({ right }) => !right)) return {};
  const rightIn = (folds: readonly FoldResult[]) => folds.flatMap(({ right }) => right!);
  return { mcNemar: mcNemar(rightIn(a), rightIn(b)) };
}
