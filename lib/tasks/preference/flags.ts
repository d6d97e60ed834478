/**
 * Tasks on judged answers on a command line.
 *
 * @module
 */
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options of conversations as flags. */
export const conversationFlags: readonly TaskFlag[] = [
  columnFlag("tools", "the column of the functions that may be called"),
  { name: "system", value: "text", what: "a system prompt for rows without one" },
  {
    name: "template",
    value: "text",
    what: "chatml, plain, lines, a name of the model's own, or Jinja",
  },
  { name: "date", value: "text", what: "the day that templates name, 2026-11-29 (today)" },
  { name: "overflow", value: "text", what: "what becomes of long answers: cut or drop (cut)" },
];

/** The options of preferences as flags. */
export const preferenceFlags: readonly TaskFlag[] = [
  columnFlag("prompt", "the column of what was asked (what the answers begin with)"),
  columnFlag("chosen", "the column of the better answer"),
  columnFlag("rejected", "the column of the worse answer"),
  columnFlag("ranking", "the column of a list of answers, the best one first"),
  { name: "pairs", value: "text", what: "answers of a ranking to compare: all or adjacent (all)" },
  ...conversationFlags,
];

/** The flag of label smoothing, whose name a setting of the training has. */
export const smoothingFlag: TaskFlag = {
  name: "labelSmoothing",
  flag: "pairSmoothing",
  value: "number",
  what: "how likely a pair is the wrong way round (0)",
};
