/**
 * A learning rate that stays, transformers' `constant_with_warmup`.
 *
 * @module
 */
import type { Schedule } from "./schedule.ts";

/** The full learning rate until the last step. */
export const constant: Schedule = { options: [], scaleAt: () => 1 };
