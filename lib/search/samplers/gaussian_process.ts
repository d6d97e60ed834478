/**
 * Bayesian optimisation with a Gaussian process.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Rules, whole } from "../../core/option_rules.ts";
import {
  completeTrials,
  firstLoss,
  isPending,
  lossOf,
  type SearchHistory,
  type Trial,
} from "../history.ts";
import type { Point } from "../space/dimension.ts";
import { bestCandidate } from "./gaussian_process/best_candidate.ts";
import { encodedPoint } from "./gaussian_process/encoded_point.ts";
import { logExpectedImprovement } from "./gaussian_process/log_expected_improvement.ts";
import {
  fitRegression,
  type Observations,
  predictAt,
  type Regression,
  regressionOf,
} from "./gaussian_process/regression.ts";
import { nextSpreadPoint } from "./quasi_random.ts";
import { requireOneAim, type SearchSampler, suggestionRandom } from "./sampler.ts";

/** How a Gaussian process chooses. */
export interface GaussianProcessOptions {
  /** Trials that are spread evenly before the first is chosen: 10 unless given. */
  readonly startupTrials?: number;
}

const rules: Rules<GaussianProcessOptions> = { startupTrials: whole };
const name = "gaussianProcess";
/** The best trials around which points are looked at. */
const bestTrials = 4;

/**
 * Learns the aim as a Gaussian process (Matérn 5/2, a length for each parameter, noise; by the marginal
 * likelihood with broad priors) and tries where the expected improvement is largest (Jones et al. 1998;
 * Snoek et al. 2012; in logarithms after Ament et al. 2023). Values of choices are at distance 1 from
 * each other, and a parameter without a value lies in its middle. Pending trials count as if they were as
 * good as the best (the constant liar of Ginsbourger et al. 2010), failed ones as the worst. It needs the
 * fewest trials for up to some twenty parameters; its time grows with the cube of the trials, so that
 * `tpe` is the better choice beyond some three hundred.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense; of kind `unsupported` in
 * `startSearch` for several aims.
 *
 * @example
 * ```ts
 * import { float, gaussianProcess, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const space = { x: float(-10, 10), y: float(-10, 10) };
 * const search = startSearch(space, { better: "lower", sampler: gaussianProcess(), seed: 1 });
 * for (let trial = 0; trial < 20; trial++) {
 *   const { number, suggestion: { x, y } } = search.ask()!;
 *   search.tell(number, (x - 2) ** 2 + (y + x) ** 2);
 * }
 * assert.ok(search.best!.values[0] < 0.1);
 * ```
 */
export function gaussianProcess(options: GaussianProcessOptions = {}): SearchSampler {
  checkOptions("gaussianProcess", options, rules);
  const { startupTrials = 10 } = options;
  return {
    name,
    settings: { startupTrials },
    check: (history) => requireOneAim("gaussianProcess", history),
    suggest(history) {
      const complete = completeTrials(history);
      if (complete.length < startupTrials) return nextSpreadPoint(history);
      return mostImproved(history);
    },
  };
}

function mostImproved(history: SearchHistory): Point {
  const learnt = learntTrials(history);
  const values = standardised(learnt.map(({ loss }) => loss));
  const observations = observationsOf(history, learnt.map(({ trial }) => trial), values);
  const regression = fitRegression(observations);
  const best = Math.min(
    ...learnt.map(({ trial }) =>
      predictAt(regression, encodedPoint(history.dimensions, trial.point)).mean
    ),
  );
  const lied = withPending(history, regression, best);
  const ranked = learnt.toSorted((a, b) => a.loss - b.loss).slice(0, bestTrials);
  return bestCandidate(
    history,
    (at, slopes) => logExpectedImprovement(lied, best, at, slopes),
    ranked.map(({ trial }) => trial.point),
    suggestionRandom(history, name),
  );
}

/**
 * Trials with the loss that they count with: of failed ones the worst, of pruned ones their last report,
 * but not less than the median, which they were on their way to be worse than.
 */
function learntTrials(history: SearchHistory): { trial: Trial; loss: number }[] {
  const complete = completeTrials(history);
  const losses = complete.map((trial) => firstLoss(trial, history)).sort((a, b) => a - b);
  const [worst, median] = [losses.at(-1)!, losses[losses.length >> 1]];
  const lossByNumber = new Map(complete.map((trial) => [trial.number, firstLoss(trial, history)]));
  return history.trials.filter((trial) => !isPending(trial)).map((trial) => {
    const known = lossByNumber.get(trial.number);
    if (known !== undefined) return { trial, loss: known };
    if (trial.state === "failed") return { trial, loss: worst };
    const last = trial.reports.at(-1);
    const reported = last === undefined ? median : lossOf(last[1], history.better[0]);
    return { trial, loss: Math.min(worst, Math.max(median, reported)) };
  });
}

/** With mean 0 and variance 1, or all 0. */
function standardised(values: readonly number[]): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const scale = variance > 0 ? Math.sqrt(variance) : 1;
  return Float64Array.from(values, (value) => (value - mean) / scale);
}

function observationsOf(
  { dimensions }: SearchHistory,
  trials: readonly Trial[],
  values: Float64Array,
): Observations {
  const points = new Float64Array(trials.length * dimensions.length);
  trials.forEach(({ point }, row) =>
    points.set(encodedPoint(dimensions, point), row * dimensions.length)
  );
  return { points, values, isChoice: dimensions.map(({ kind }) => kind === "choice") };
}

/** The same process, which has seen the best value at each pending trial as well. */
function withPending(history: SearchHistory, regression: Regression, best: number): Regression {
  const pending = history.trials.filter(isPending);
  if (pending.length === 0) return regression;
  const lies = observationsOf(history, pending, new Float64Array(pending.length).fill(best));
  const { points, values, isChoice } = regression.observations;
  const both = (a: Float64Array, b: Float64Array) => Float64Array.of(...a, ...b);
  const observations = {
    points: both(points, lies.points),
    values: both(values, lies.values),
    isChoice,
  };
  return regressionOf(observations, regression) ?? regression;
}
