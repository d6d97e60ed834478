/**
 * Question answering on a command line.
 *
 * @module
 */
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const questionAnsweringFlags: readonly TaskFlag[] = [
  columnFlag("question", "the column of the question (question)"),
  columnFlag("context", "the column of the text that holds the answer (context)"),
  columnFlag("answers", "the column of the right answers, in SQuAD's form (answers)"),
  { name: "stride", value: "number", what: "tokens that windows of a long text share (128)" },
  { name: "maxAnswerTokens", value: "number", what: "the longest answer (30)" },
  { name: "nBest", value: "number", what: "candidates that an answer comes with (20)" },
  { name: "unanswerable", value: "switch", what: "there may be no answer (as the rows have it)" },
  { name: "nullThreshold", value: "number", what: "how much better no answer must be (0)" },
];
