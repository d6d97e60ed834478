/**
 * Text classification on a command line.
 *
 * @module
 */
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const textClassificationFlags: readonly TaskFlag[] = [
  columnFlag("text", "the column of the text"),
  columnFlag("pair", "the column of a second text, for tasks on pairs"),
  columnFlag("label", "the column of the label"),
  {
    name: "kind",
    value: "text",
    what: "single, multi (several labels a row), regression (single)",
  },
  { name: "separator", value: "text", what: "what stands between the labels of a row (multi)" },
  {
    name: "names",
    value: "list",
    what: "the names of labels or tags that are numbers from 0, or a 0 or 1 for each",
  },
];
