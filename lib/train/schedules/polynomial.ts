/**
 * A learning rate that falls with a power of what is left of the run, transformers' `polynomial`.
 *
 * @module
 */
import type { Schedule } from "./schedule.ts";

/**
 * (1 − share of the steps)^power. transformers ends at a learning rate of 1e-7 unless told otherwise,
 * this one at `finalScale`, 0 unless given.
 */
export const polynomial: Schedule = {
  options: ["power", "finalScale"],
  scaleAt: ({ done, steps }, { power = 1 }) => Math.max(0, 1 - done / steps) ** power,
};
