/**
 * Chats on a command line.
 *
 * @module
 */
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const chatFlags: readonly TaskFlag[] = [
  columnFlag("messages", "the column of the conversations"),
  columnFlag("prompt", "the column of what is asked"),
  columnFlag("completion", "the column of the answer to a prompt"),
  columnFlag("instruction", "the column of what is to be done"),
  columnFlag("input", "the column of what it is done with"),
  columnFlag("output", "the column of the answer to an instruction"),
  columnFlag("tools", "the column of the functions that may be called"),
  { name: "system", value: "text", what: "a system prompt for rows without one" },
  {
    name: "template",
    value: "text",
    what: "chatml, plain, lines, a name of the model's own, or Jinja",
  },
  { name: "date", value: "text", what: "the day that templates name, 2026-11-29 (today)" },
  { name: "learn", value: "text", what: "assistant, last, completion or all" },
  { name: "turns", value: "text", what: "turns of the assistant together or apart (together)" },
  { name: "overflow", value: "text", what: "what becomes of long rows: cut or drop (cut)" },
  { name: "unlearned", value: "text", what: "rows without a learned token: error or drop (error)" },
];
