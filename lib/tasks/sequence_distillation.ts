/**
 * Sequence-level distillation: a language model learns the answers that a teacher writes.
 *
 * @module
 */
import { optionMistakes, refuseOptions, requireOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import {
  notNegative,
  oneOf,
  positive,
  required,
  type Rules,
  text,
  whole,
  wholeFrom0,
  wholeShare,
} from "../core/option_rules.ts";
import type { Task } from "../nn/task.ts";
import { type Teacher, teacherRule, teachersOf, usualFolder } from "./distillation/options.ts";
import { isCausal } from "./distillation/is_causal.ts";
import { answeredTable } from "./distillation/answered_table.ts";
import { requireTask, taughtTask } from "./distillation/taught_task.ts";
import type { TaughtLanguageTask } from "./gkd.ts";

/** Who writes, and how. */
export interface SequenceDistillationOptions {
  /** A trained model that writes, as `distillation` takes it; of any family, with a tokenizer and a template of its own. */
  readonly teacher: Teacher;
  /** The most tokens of an answer; 256 unless given. */
  readonly maxNewTokens?: number;
  /** Divides the logits before a token is drawn; 0, unless given, draws none and takes the likeliest. */
  readonly temperature?: number;
  /** Draws from so many of the likeliest tokens; from all unless given. */
  readonly topK?: number;
  /** Draws from the likeliest tokens with this share of the probability; from all unless given. */
  readonly topP?: number;
  /** Answers to each prompt, each of which becomes a row; 1 unless given. More need a temperature. */
  readonly answers?: number;
  /** Makes drawn answers the same again; 1 unless given. */
  readonly seed?: number;
  /**
   * What becomes of answers that were cut at `maxNewTokens`, from which a model would learn to stop in the middle: `drop`
   * unless given for chats, `keep` for texts, of which no end is learned.
   */
  readonly unfinished?: "keep" | "drop";
  /** The folder in which answers are kept for other runs; `.tunebook/teacher` unless given. */
  readonly answersIn?: string;
}

const rules: Rules<SequenceDistillationOptions> = {
  teacher: required(teacherRule(1)),
  maxNewTokens: whole,
  temperature: notNegative,
  topK: whole,
  topP: wholeShare,
  answers: whole,
  seed: wholeFrom0,
  unfinished: oneOf(["keep", "drop"]),
  answersIn: text,
};

/**
 * Sequence-level distillation (Kim and Rush, "Sequence-Level Knowledge Distillation", 2016, arXiv 1606.07947): before the
 * first step the teacher answers the prompts of the training rows, and the model learns these answers as it would learn
 * those of the rows, whose own are not read. What is asked is all before the last answer of a chat, and the first half
 * of a text; the teacher reads it with its own tokens and its own template. Held-out rows keep their answers: scores
 * are those of the task.
 *
 * Answers are kept on disk by the teacher's weights, the prompts and how they are drawn: an interrupted run goes on where
 * it was, and other students ask nobody.
 *
 * Throws a `TunebookError` of kind "input" that lists all options which make no sense, and of kind "unsupported" for
 * tasks that learn no texts. Runs throw one of kind "data" where no answer is left.
 *
 * @example
 * ```ts
 * import { chat, sequenceDistillation } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const own = chat({ messages: "messages" });
 * const task = sequenceDistillation(own, { teacher: "out/large", temperature: 0.7, answers: 2 });
 * assert.equal(task.name, "sequence-distillation");
 * assert.deepEqual(task.columns, ["messages"]);
 * assert.throws(() => sequenceDistillation(own, { teacher: "out/large", answers: 2 }), /temperature/);
 * ```
 */
export function sequenceDistillation<Input>(
  task: TaughtLanguageTask<Input>,
  options: SequenceDistillationOptions,
): TaughtLanguageTask<Input> {
  requireTask("sequenceDistillation", "chat", task);
  requireOptions("sequenceDistillation", options);
  const { answers = 1, temperature = 0 } = options;
  const wrong = optionMistakes(options, rules);
  if (wrong.length === 0 && answers > 1 && !positive[1](temperature)) {
    wrong.push(...optionMistakes({ temperature }, { temperature: several }));
  }
  refuseOptions("sequenceDistillation", wrong);
  const { name, settings } = task;
  if (!["chat", "text-generation"].includes(name) || !isCausal(task)) {
    throw new TunebookError(
      "unsupported",
      `sequenceDistillation learns texts or chats that a teacher writes, not ${name}`,
    );
  }
  const { teacher, ...others } = options;
  const [reference] = teachersOf(teacher);
  const { answersIn = usualFolder, unfinished = name === "chat" ? "drop" : "keep" } = options;
  return taughtTask(
    task,
    { name: "sequence-distillation", options: { teacher: reference, ...others } },
    (own) => ({
      writtenBy: {
        teacher: reference,
        task: task as unknown as Task,
        answersIn,
        drawing: drawingOf(options),
        cases: (table, processor, where) => own.writing!.cases!(table, processor, where),
        withAnswers: (table, written) =>
          answeredTable(
            table,
            unfinished === "keep" ? written : written.filter(({ finished }) => finished),
            settings,
          ),
      },
    }),
  );
}

const several = ["above 0 where each prompt has several answers", () => false] as const;

/** How the teacher draws. */
function drawingOf(
  { maxNewTokens = 256, temperature = 0, answers = 1, seed = 1, topK, topP }:
    SequenceDistillationOptions,
) {
  return {
    ...{ maxNewTokens, answers, seed },
    ...(temperature === 0 ? {} : { temperature }),
    ...(topK === undefined ? {} : { topK }),
    ...(topP === undefined ? {} : { topP }),
  };
}
