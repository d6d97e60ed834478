/**
 * Image generation on a command line.
 *
 * @module
 */
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const imageGenerationFlags: readonly TaskFlag[] = [
  columnFlag("image", "the column of the image, a path or an address"),
  columnFlag("label", "the column of what it shows"),
];
