/**
 * Direct preference optimisation on a command line.
 *
 * @module
 */
import { preferenceFlags, smoothingFlag } from "../preference/flags.ts";
import type { TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const dpoFlags: readonly TaskFlag[] = [
  ...preferenceFlags,
  {
    name: "loss",
    value: "text",
    what: "sigmoid, hinge, ipo, robust, apo_zero, apo_down, sigmoid_norm (sigmoid)",
  },
  { name: "beta", value: "number", what: "how strongly the model is held to what it was (0.1)" },
  smoothingFlag,
  {
    name: "reference",
    flag: "referenceColumns",
    value: "list",
    parts: ["chosen", "rejected"],
    what: "columns of log p of the better and the worse answer before the training, A,B (computed)",
  },
];
