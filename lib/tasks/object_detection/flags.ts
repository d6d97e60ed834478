/**
 * Object detection on a command line.
 *
 * @module
 */
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const objectDetectionFlags: readonly TaskFlag[] = [
  columnFlag("image", "the column of the image, a path or an address"),
  columnFlag("objects", "the column of its objects, a list of { box, label }"),
  { name: "names", value: "list", what: "the classes in their order, with commas between" },
  {
    name: "threshold",
    value: "number",
    what: "how sure the model must be of an object that is told (0.5)",
  },
];
