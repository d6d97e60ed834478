import assert from "node:assert/strict";
import { float } from "../../../lib/search/space/float.ts";
import { bracketShares, hyperband } from "../../../lib/search/pruners/hyperband.ts";
import { medianPruner } from "../../../lib/search/pruners/median_pruner.ts";
import type { Pruner } from "../../../lib/search/pruners/pruner.ts";
import { successiveHalving } from "../../../lib/search/pruners/successive_halving.ts";
import { wilcoxonPruner } from "../../../lib/search/pruners/wilcoxon_pruner.ts";
import { randomSearch } from "../../../lib/search/samplers/random_search.ts";
import { startSearch } from "../../../lib/search/search.ts";
import { isMistake } from "../../is_mistake.ts";
import { goldenSearch } from "../golden_search.ts";

/** As `make_search.py` has made Optuna's. */
const pruners: Readonly<Record<string, Pruner>> = {
  median: medianPruner({ startupTrials: 4, warmupSteps: 2 }),
  successiveHalving: successiveHalving({ reduction: 3 }),
  wilcoxon: wilcoxonPruner(),
};

/** What a pruner says after each report of each trial, where what it stops is stopped. */
function saidBy(pruner: Pruner, better: "lower" | "higher", reports: readonly number[][]) {
  const search = startSearch({ x: float(0, 1) }, { better, sampler: randomSearch(), pruner });
  return reports.map((values) => {
    const { number } = search.ask()!;
    const said: boolean[] = [];
    for (const [at, value] of values.entries()) {
      said.push(search.report(number, at + 1, value));
      if (said.at(-1)) break;
    }
    if (said.at(-1)) search.prune(number);
    else search.tell(number, values.reduce((sum, value) => sum + value, 0) / values.length);
    return said;
  });
}

for (const { name, better, reports, said } of goldenSearch.pruners) {
  Deno.test(`${name} stops the trials that Optuna's pruner stops, at the same steps`, () => {
    const stops = said.flat().filter((each) => each).length;
    assert.ok(stops > 2 && stops < reports.length, `${stops} of ${reports.length}`);
    assert.deepEqual(saidBy(pruners[name], better, reports), said);
  });
}

Deno.test("Hyperband's brackets begin later and have fewer trials, in the shares of the paper", () => {
  // Algorithm 1 of Li et al. 2018 with 81 steps: 81, 34, 15, 8 and 5 trials.
  assert.deepEqual(bracketShares(1, 81, 3), [81, 34, 15, 8, 5]);
  assert.deepEqual(bracketShares(1, 1, 3), [1]);
});

Deno.test("trials of one bracket are not compared with those of another", () => {
  const worse = Array.from({ length: 15 }, (_, number) => [number, number, number]);
  const said = saidBy(hyperband({ maxSteps: 9 }), "lower", worse);
  // Nine trials are compared after step 1; the next begin at steps 3 and 9, where the first always goes on.
  assert.deepEqual(said.slice(1, 9), Array(8).fill([true]));
  assert.deepEqual(said.slice(9, 11), [[false, false, false], [false, false, true]]);
  assert.deepEqual(said.at(-1), [false, false, false]);
});

Deno.test("options that make no sense are refused, all in one error", () => {
  assert.throws(
    () => successiveHalving({ reduction: 1, minSteps: 0 }),
    isMistake("input", /minSteps is 0[^]*reduction is 1/),
  );
  assert.throws(() => hyperband({ maxSteps: 2, minSteps: 3 }), isMistake("input", /minSteps is 3/));
  assert.throws(() => wilcoxonPruner({ threshold: 1 }), isMistake("input", /threshold is 1/));
  assert.throws(() => medianPruner({ startupTrials: -1 }), isMistake("input", /startupTrials/));
});
