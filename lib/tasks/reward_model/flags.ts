/**
 * Reward models on a command line.
 *
 * @module
 */
import { preferenceFlags } from "../preference/flags.ts";
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const rewardModelFlags: readonly TaskFlag[] = [
  ...preferenceFlags,
  columnFlag("margin", "the column of a number by which the better answer should lead"),
  { name: "centeringCoefficient", value: "number", what: "how much rewards are drawn to 0 (0)" },
];
