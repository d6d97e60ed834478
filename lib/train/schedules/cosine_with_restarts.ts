/**
 * A learning rate that falls along half a cosine and starts again, transformers'
 * `cosine_with_restarts` (Loshchilov and Hutter, arXiv 1608.03983).
 *
 * @module
 */
import { halfCosine } from "./cosine.ts";
import type { Schedule } from "./schedule.ts";

/** transformers has 1, which is a cosine without a restart. */
export const defaultCycles = 2;

/** `cycles` falls of equal length, each from the full learning rate. */
export const cosineWithRestarts: Schedule = {
  options: ["cycles", "finalScale"],
  scaleAt({ done, steps }, { cycles = defaultCycles }) {
    const share = done / steps;
    return share >= 1 ? 0 : halfCosine((cycles * share) % 1);
  },
};
