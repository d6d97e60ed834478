/**
 * The contract of a sampler: it looks at what was tried and says what to try next.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import type { SearchHistory } from "../history.ts";
import { type Point, pointFrom } from "../space/dimension.ts";
import { fromUnit } from "../space/unit.ts";

/** A way to choose what to try next. */
export interface SearchSampler {
  readonly name: string;
  /** As it was made, in plain JSON. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Throws where it cannot work on such a search; looked at once, before the first trial. */
  check(history: SearchHistory): void;
  /**
   * The next point, from the history alone: random numbers come from its seed and the number of trials.
   * Trials that are pending count, so that two which run at once do not try the same. `undefined` where
   * nothing is left to try.
   */
  suggest(history: SearchHistory): Point | undefined;
}

/** The random numbers of one suggestion. */
export function suggestionRandom({ seed, trials }: SearchHistory, name: string): Random {
  return Random.fromSeed(seed, name, trials.length);
}

/** A point whose values are drawn evenly, each dimension for itself. */
export function evenPoint({ dimensions }: SearchHistory, random: Random): Point {
  return pointFrom(dimensions, (dimension) => fromUnit(dimension, random.uniform()));
}

/** Throws where a sampler that follows one aim gets several. */
export function requireOneAim(of: string, { better }: SearchHistory): void {
  if (better.length === 1) return;
  throw new TunebookError(
    "unsupported",
    `${of} follows one aim, but this search has ${better.length}; take tpe, nsga2 or randomSearch`,
  );
}
