/**
 * Image classification on a command line.
 *
 * @module
 */
import { labelFlags } from "../shared/label_flags.ts";
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const imageClassificationFlags: readonly TaskFlag[] = [
  columnFlag("image", "the column of the image, a path or an address"),
  ...labelFlags,
];
