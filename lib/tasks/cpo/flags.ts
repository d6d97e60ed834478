/**
 * Contrastive preference optimisation on a command line.
 *
 * @module
 */
import { preferenceFlags, smoothingFlag } from "../preference/flags.ts";
import type { TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const cpoFlags: readonly TaskFlag[] = [
  ...preferenceFlags,
  { name: "loss", value: "text", what: "sigmoid, hinge or ipo (sigmoid)" },
  {
    name: "beta",
    value: "number",
    what: "how much a difference of log-probabilities counts (0.1)",
  },
  smoothingFlag,
  {
    name: "alpha",
    flag: "likelihoodWeight",
    value: "number",
    what: "how much the better answers' cross-entropy counts (1)",
  },
];
