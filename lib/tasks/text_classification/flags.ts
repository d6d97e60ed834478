/**
 * Text classification on a command line.
 *
 * @module
 */
import { labelFlags } from "../shared/label_flags.ts";
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const textClassificationFlags: readonly TaskFlag[] = [
  columnFlag("text", "the column of the text"),
  columnFlag("pair", "the column of a second text, for tasks on pairs"),
  ...labelFlags,
];
