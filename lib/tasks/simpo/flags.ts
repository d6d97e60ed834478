/**
 * Simple preference optimisation on a command line.
 *
 * @module
 */
import { preferenceFlags, smoothingFlag } from "../preference/flags.ts";
import type { TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const simpoFlags: readonly TaskFlag[] = [
  ...preferenceFlags,
  { name: "beta", value: "number", what: "what mean log-probabilities are multiplied with (2)" },
  {
    name: "gamma",
    value: "number",
    what: "how much larger the better answer's reward should be (1)",
  },
  smoothingFlag,
  {
    name: "alpha",
    flag: "likelihoodWeight",
    value: "number",
    what: "how much the better answers' cross-entropy counts (0)",
  },
];
