/**
 * Points that are tried before a sampler chooses.
 *
 * @module
 */
import type { SearchHistory } from "../history.ts";
import type { Point } from "../space/dimension.ts";
import type { SearchSampler } from "./sampler.ts";

/** A sampler that suggests some points first, which it then learns from like from any others. */
export function startingWith(sampler: SearchSampler, points: readonly Point[]): SearchSampler {
  if (points.length === 0) return sampler;
  return {
    ...sampler,
    settings: { ...sampler.settings, start: points },
    suggest: (history: SearchHistory) => points[history.trials.length] ?? sampler.suggest(history),
  };
}
