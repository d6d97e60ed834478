/**
 * Warm-up, a plateau, a fall at the end: transformers' `warmup_stable_decay` with a cosine (Hu et al.,
 * MiniCPM, arXiv 2404.06395). A run can be lengthened without changing its steps before the fall.
 *
 * @module
 */
import { halfCosine } from "./cosine.ts";
import type { Schedule } from "./schedule.ts";

/** MiniCPM found a tenth of the steps to be enough. */
const defaultDecayShare = 0.1;

/** The full learning rate until `decayShare` of all steps is left, rounded up; then half a cosine. */
export const warmupStableDecay: Schedule = {
  options: ["decayShare", "finalScale"],
  scaleAt({ done, steps, totalSteps }, { decayShare = defaultDecayShare }) {
    const decaySteps = Math.min(steps, Math.ceil(decayShare * totalSteps));
    const fallen = done - (steps - decaySteps);
    return fallen <= 0 ? 1 : halfCosine(Math.min(1, fallen / Math.max(1, decaySteps)));
  },
};
