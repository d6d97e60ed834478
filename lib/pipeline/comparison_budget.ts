/**
 * How many seeds and epochs the methods of a comparison get.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";

/** What a method's first steps cost. */
export interface TrialTime {
  readonly secondsPerEpoch: number;
  /** Seconds of a run beside its steps: loading, compiling, scoring. */
  readonly overhead: number;
}

/** What the methods get. */
export interface Allotment {
  readonly seeds: number;
  /** Method → epochs. */
  readonly epochs: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

/** Longer runs mostly overfit small data. */
const mostEpochs = 20;

/**
 * Shares seconds out equally over all runs. Seeds are given up, down to one, until the slowest
 * method gets a whole epoch. No method gets more than 20 epochs. An error of kind "input" where a
 * run has no time to train at all.
 */
export function allot(
  times: Readonly<Record<string, TrialTime>>,
  { seconds, seeds: wanted }: { readonly seconds: number; readonly seeds: number },
): Allotment {
  const all = Object.entries(times);
  const epochsFor = (seeds: number) =>
    all.map(([name, { secondsPerEpoch, overhead }]) => {
      const share = seconds / (all.length * seeds) - overhead;
      return [name, share / secondsPerEpoch] as const;
    });
  const least = (seeds: number) => Math.min(...epochsFor(seeds).map(([, epochs]) => epochs));
  let seeds = wanted;
  while (seeds > 1 && least(seeds) < 1) seeds--;
  if (!(least(seeds) > 0)) {
    const needed = all.reduce((most, [, time]) =>
      Math.max(most, time.overhead + time.secondsPerEpoch), 0) * all.length / 60;
    throw new TunebookError(
      "input",
      `the budget leaves no time to train: an epoch of every method takes about ` +
        `${needed.toFixed(1)} minutes here. Give more minutes, fewer methods or fewer rows.`,
    );
  }
  const given = epochsFor(seeds);
  const capped = given.filter(([, epochs]) => epochs > mostEpochs).map(([name]) => name);
  return {
    seeds,
    epochs: Object.fromEntries(
      given.map(([name, epochs]) => [name, Math.min(mostEpochs, epochs)]),
    ),
    notes: [
      ...(seeds < wanted ? [`the budget was too short for ${wanted} seeds: ${seeds} instead`] : []),
      ...(least(seeds) < 1 ? ["the slowest method got less than one epoch"] : []),
      ...(capped.length > 0 ? [`no more than ${mostEpochs} epochs: ${capped.join(", ")}`] : []),
    ],
  };
}
