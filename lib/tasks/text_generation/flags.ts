/**
 * Text generation on a command line.
 *
 * @module
 */
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const textGenerationFlags: readonly TaskFlag[] = [
  columnFlag("text", "the column of the text"),
  { name: "documents", value: "text", what: "rows as sequences of their own, or joined (rows)" },
  { name: "overflow", value: "text", what: "what becomes of long rows: cut, split, drop (cut)" },
  { name: "endToken", value: "boolean", what: "close each document with the end token (joined)" },
];
