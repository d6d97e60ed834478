/**
 * A search over everything that a space may have, with trials that ended in every way.
 *
 * @module
 */
import { medianPruner } from "../../../lib/search/pruners/median_pruner.ts";
import { randomSearch } from "../../../lib/search/samplers/random_search.ts";
import { startSearch } from "../../../lib/search/search.ts";
import { choice } from "../../../lib/search/space/choice.ts";
import { float } from "../../../lib/search/space/float.ts";
import { int } from "../../../lib/search/space/int.ts";

/** Its space: logarithmic, conditional, with labels in Chinese. */
export const madeSpace = {
  learningRate: float(1e-5, 1e-1, { log: true }),
  method: choice({ name: "lora", rank: int(2, 64, { log: true }) }, { name: "ia3" }, "全量微调"),
  批量: choice(8, 16),
  "max tokens": int(16, 128, { step: 16 }),
};

/** The history after some trials: of each ten one failed, and the median pruner stopped some. */
export function madeHistory(trials: number) {
  const search = startSearch(madeSpace, {
    better: "higher",
    sampler: randomSearch(),
    pruner: medianPruner({ startupTrials: 3 }),
    seed: 5,
  });
  for (let trial = 0; trial < trials; trial++) {
    const { number, suggestion: { learningRate } } = search.ask()!;
    if (number % 10 === 9) {
      search.fail(number);
      continue;
    }
    const score = 1 - Math.abs(Math.log10(learningRate) + 3) / 4;
    const isPruned = [1, 2, 3].some((step) => search.report(number, step, score * step / 3));
    if (isPruned) search.prune(number);
    else search.tell(number, score);
  }
  search.ask();
  return search.history;
}

/** The history of a search with two aims. */
export function madeFront(trials: number) {
  const search = startSearch(madeSpace, {
    better: ["higher", "lower"],
    sampler: randomSearch(),
    seed: 5,
  });
  for (let trial = 0; trial < trials; trial++) {
    const { number, suggestion } = search.ask()!;
    const { learningRate, "max tokens": tokens } = suggestion;
    search.tell(number, [tokens - Math.abs(Math.log10(learningRate) + 3), tokens]);
  }
  return search.history;
}
