/**
 * Which models make the best mean.
 *
 * @module
 */
import { progressFor } from "../run/progress_for.ts";
import type { ChoiceWork } from "./choice_work.ts";
import type { MergeChoice, ScoredMerge } from "./merge_choice.ts";
import { mergeOf } from "./merge_sources.ts";

/**
 * The greedy soup: the models are sorted by their scores of the validation rows, and each is added to the mean
 * where its score does not fall (Wortsman et al. 2022, arXiv 2203.05482, recipe 1).
 */
export async function chooseGreedySoup(work: ChoiceWork): Promise<MergeChoice> {
  const { of, merge, metric, scorer, singles, options } = work;
  const sign = metric.better === "higher" ? 1 : -1;
  const ranked = Object.keys(singles).sort((a, b) => sign * (singles[b] - singles[a]));
  const [first, ...others] = ranked;
  let chosen: Record<string, number> = { [first]: 1 };
  let best = singles[first];
  const trials: ScoredMerge[] = [{ weights: chosen, score: best }];
  const progress = progressFor(options, "greedy soup", others.length, "models");
  for (const name of others) {
    const weights = { ...chosen, [name]: 1 };
    const score = await scorer.validationScore(mergeOf(of, weights, merge).model, metric);
    trials.push({ weights, score });
    progress.update(trials.length - 1);
    if (sign * (score - best) < 0 || Number.isNaN(score)) continue;
    chosen = weights;
    best = score;
  }
  progress.end();
  const count = Object.keys(chosen).length;
  const notes = [
    count === 1
      ? `no mean was as good as ${first} alone`
      : `${count} of ${ranked.length} models are in the mean`,
  ];
  return {
    by: "greedy soup",
    metric: metric.name,
    weights: chosen,
    score: best,
    singles,
    trials,
    notes,
  };
}
