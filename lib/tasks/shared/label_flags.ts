/**
 * A column of labels on a command line.
 *
 * @module
 */
import { columnFlag, type TaskFlag } from "./task_flag.ts";

/** The options of `labelColumn` as flags. */
export const labelFlags: readonly TaskFlag[] = [
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
