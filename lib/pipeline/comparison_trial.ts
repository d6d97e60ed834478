/**
 * The first steps of each method, which say how much fits into a budget of time.
 *
 * @module
 */
import type { Adapter } from "../nn/adapter.ts";
import type { TrainSettings } from "../train/train_options.ts";
import type { ComparedRuns } from "./compared_runs.ts";
import { allot, type Allotment, type TrialTime } from "./comparison_budget.ts";

const trialSteps = 8;
/** The first steps are slower: memory is allocated. */
const warmUpSteps = 2;

/** Takes a few steps with each method and shares out what is left of the time. */
export async function tryOut(
  runs: ComparedRuns,
  methods: readonly {
    readonly name: string;
    readonly method: Adapter;
    readonly settings: TrainSettings;
  }[],
  { seconds, seeds, signal }: {
    readonly seconds: number;
    readonly seeds: number;
    readonly signal: AbortSignal;
  },
): Promise<Allotment> {
  const began = performance.now();
  const times: Record<string, TrialTime> = {};
  for (const { name, method, settings } of methods) {
    const { batchSize, accumulate } = settings;
    const stepsPerEpoch = Math.ceil(runs.data.train.lengths.length / (batchSize * accumulate));
    const marks: number[] = [];
    const start = performance.now();
    await runs.run(method, {
      settings: { ...settings, epochs: trialSteps / stepsPerEpoch },
      signal,
      isTrial: true,
      onStep: () => marks.push(performance.now()),
    });
    const whole = (performance.now() - start) / 1000;
    const measured = marks.slice(Math.min(warmUpSteps, marks.length - 2));
    const step = (measured.at(-1)! - measured[0]) / (measured.length - 1) / 1000;
    times[name] = {
      secondsPerEpoch: step * stepsPerEpoch,
      overhead: Math.max(0, whole - step * marks.length),
    };
  }
  const spent = (performance.now() - began) / 1000;
  return allot(times, { seconds: seconds - spent, seeds });
}
