/**
 * How many seeds and epochs the methods of a comparison get out of a budget of time.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";

/** What a run of a method costs, from its first steps. */
export interface TrialTime {
  readonly secondsPerEpoch: number;
  /** Seconds of a run beside its steps: loading, compiling, running frozen layers once, scoring. */
  readonly overhead: number;
}

/** Shares the time out while it passes. */
export interface Pace {
  /** The seeds that fit, by the first steps. */
  readonly seeds: number;
  /**
   * The epochs of a method's runs: what fits into an equal share of the seconds that are left, at
   * the speed of the runs so far.
   */
  epochsOf(name: string, left: { readonly seconds: number; readonly runs: number }): number;
  /** A run of so many epochs took so long. */
  ran(name: string, run: { readonly epochs: number; readonly seconds: number }): void;
  /** Whether each method can run once more in so many seconds. */
  fits(seconds: number): boolean;
  /** What was given up. */
  notes(): string[];
}

/** Longer runs mostly overfit small data. */
const mostEpochs = 20;
/** A round that would end this much of its length too late still runs. */
const grace = 0.1;

/**
 * Shares seconds out equally over all runs. Seeds are given up, down to one, until the slowest
 * method gets a whole epoch. No method gets more than 20 epochs. An error of kind "input" where a
 * run has no time to train at all.
 */
export function paceOf(
  times: Readonly<Record<string, TrialTime>>,
  { seconds, seeds: wanted }: { readonly seconds: number; readonly seeds: number },
): Pace {
  const all = Object.values(times);
  const epochsIn = ({ secondsPerEpoch, overhead }: TrialTime, share: number) =>
    (share - overhead) / secondsPerEpoch;
  const least = (seeds: number) =>
    Math.min(...all.map((time) => epochsIn(time, seconds / (all.length * seeds))));
  let seeds = wanted;
  while (seeds > 1 && least(seeds) < 1) seeds--;
  if (!(least(seeds) > 0)) {
    const needed = all.reduce((most, time) =>
      Math.max(most, time.overhead + time.secondsPerEpoch), 0) * all.length / 60;
    throw new TunebookError(
      "input",
      `the budget leaves no time to train: an epoch of every method takes about ` +
        `${needed.toFixed(1)} minutes here. Give more minutes, fewer methods or fewer rows.`,
    );
  }
  const given = new Map<string, number>();
  const taken = new Map<string, number>();
  const capped = new Set<string>();
  let [foreseen, actual] = [0, 0];
  return {
    seeds,
    epochsOf(name, left) {
      // Other work on the machine, and what the first steps did not show.
      const slowness = foreseen > 0 ? actual / foreseen : 1;
      const fitting = epochsIn(times[name], left.seconds / left.runs / slowness);
      if (fitting > mostEpochs) capped.add(name);
      // A method is not left out for the others' delays: it gets a tenth of an epoch at least.
      const epochs = Math.min(mostEpochs, Math.max(0.1, fitting));
      given.set(name, epochs);
      return epochs;
    },
    ran(name, { epochs, seconds }) {
      const { secondsPerEpoch, overhead } = times[name];
      foreseen += overhead + epochs * secondsPerEpoch;
      actual += seconds;
      taken.set(name, seconds);
    },
    fits(seconds) {
      const round = [...taken.values()].reduce((sum, each) => sum + each, 0);
      return round * (1 - grace) <= seconds;
    },
    notes: () => [
      ...(seeds < wanted ? [`the budget was too short for ${wanted} seeds: ${seeds} instead`] : []),
      ...([...given.values()].some((epochs) => epochs < 1)
        ? ["the slowest methods got less than one epoch"]
        : []),
      ...(capped.size > 0 ? [`no more than ${mostEpochs} epochs: ${[...capped].join(", ")}`] : []),
    ],
  };
}
