/**
 * The best method of a comparison against each of the others, on the same held-out rows.
 *
 * @module
 */
import type { Metric } from "../../metrics/metric.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { Comparison, ComparisonFigures } from "./comparison.ts";
import type { Contender } from "./comparison_turns.ts";
import { drawnScore } from "./drawn_score.ts";
import { pairedBootstrap } from "./paired_bootstrap.ts";

/** The figures of a comparison with a paired test for every method but the best one. */
export function againstBest(
  { rows, best, notes, examples, stopped }: Comparison,
  contenders: readonly Contender[],
  metric: Metric<number, AnyPredictions>,
): ComparisonFigures<string> {
  const predictionsOf = (name: string) =>
    contenders.find((each) => each.name === name)?.first?.predictions;
  const first = best && predictionsOf(best.name);
  const tested = rows.map((row) => {
    const own = row === best ? undefined : predictionsOf(row.name);
    // Some scores need all rows.
    if (!first || !own || !drawnScore(metric, own)) return row;
    return { ...row, againstBest: pairedBootstrap(own, first, metric) };
  });
  const told = tested.flatMap(({ name, againstBest }) =>
    againstBest ? [`${name} and ${best!.name}, the same held-out rows: ${againstBest}`] : []
  );
  const { name, better } = metric;
  return { metric: name, better, examples, stopped, rows: tested, notes: [...notes, ...told] };
}
