/**
 * The first steps of each method, which say how much fits into a budget of time.
 *
 * @module
 */
import { upperMedian } from "../../core/upper_median.ts";
import type { Method } from "../../nn/method.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import type { ComparedRuns } from "./compared_runs.ts";
import type { TrialTime } from "./comparison_budget.ts";

const trialSteps = 16;
/** The first steps are slower: memory is allocated. */
const warmUpSteps = 2;

/**
 * Trains a method for a few steps on rows from all over the data, twice over, so that layers that
 * are run once for all epochs are.
 */
export async function tryOut(
  runs: ComparedRuns,
  method: Method,
  { settings, signal }: { readonly settings: TrainSettings; readonly signal: AbortSignal },
): Promise<TrialTime> {
  const { rows } = runs.data.train;
  const stepRows = settings.batchSize * settings.accumulate;
  const trialRows = Math.min(rows, trialSteps / 2 * stepRows);
  const marks: number[] = [];
  const frozen: { done: number; at: number }[] = [];
  const began = performance.now();
  const { seconds } = await runs.run(method, {
    settings: { ...settings, epochs: 2 },
    signal,
    trialRows,
    onStep: () => marks.push(performance.now()),
    onFrozenRows: (done) => frozen.push({ done, at: performance.now() }),
  });
  const whole = (performance.now() - began) / 1000;
  const measured = marks.slice(Math.min(warmUpSteps, Math.max(0, marks.length - 2)));
  const steps = measured.slice(1).map((mark, i) => (mark - measured[i]) / 1000);
  const step = upperMedian(steps) ?? seconds / marks.length;
  const [first, last] = [frozen[0], frozen[frozen.length - 1]];
  const perFrozenRow = last && last.done > first.done
    ? (last.at - first.at) / (last.done - first.done) / 1000
    : 0;
  return {
    secondsPerEpoch: step * Math.ceil(rows / stepRows),
    overhead: Math.max(0, whole - seconds) + perFrozenRow * rows,
  };
}
