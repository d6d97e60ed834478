/**
 * Text classification on a command line.
 *
 * @module
 */
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const textClassificationFlags: readonly TaskFlag[] = [
  columnFlag("text", "the column of the text"),
  columnFlag("pair", "a second text, for tasks on pairs"),
  columnFlag("label", "the column to predict"),
  { name: "kind", value: "text", what: "single (one label a row), multi (several), regression" },
  {
    name: "separator",
    value: "text",
    what: "what stands between the labels of a row (kind multi)",
  },
];
