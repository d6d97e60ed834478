/**
 * A learning rate that falls in a straight line, transformers' `linear`.
 *
 * @module
 */
import type { Schedule } from "./schedule.ts";

/** From the full learning rate in a straight line to the end of the run. */
export const linear: Schedule = {
  options: ["finalScale"],
  scaleAt: ({ done, steps }) => Math.max(0, 1 - done / steps),
};
