/**
 * Kahneman-Tversky optimisation on a command line.
 *
 * @module
 */
import { conversationFlags } from "../preference/flags.ts";
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const ktoFlags: readonly TaskFlag[] = [
  columnFlag("prompt", "the column of what was asked (all but the last turn)"),
  columnFlag("completion", "the column of the answer"),
  columnFlag("label", "the column that says whether it is good: true or false"),
  ...conversationFlags,
  { name: "loss", value: "text", what: "kto or apo_zero_unpaired (kto)" },
  { name: "beta", value: "number", what: "how strongly the model is held to what it was (0.1)" },
  { name: "desirableWeight", value: "number", what: "how much good answers count (1)" },
  { name: "undesirableWeight", value: "number", what: "how much bad answers count (1)" },
];
