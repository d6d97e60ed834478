/**
 * Odds ratio preference optimisation on a command line.
 *
 * @module
 */
import { preferenceFlags } from "../preference/flags.ts";
import type { TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const orpoFlags: readonly TaskFlag[] = [
  ...preferenceFlags,
  { name: "beta", value: "number", what: "how much the odds ratio counts (0.1)" },
];
