/**
 * Generalised knowledge distillation: a language model learns from a teacher what to say in answers that it writes
 * itself.
 *
 * @module
 */
import { optionMistakes, refuseOptions, requireOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import {
  positive,
  required,
  type Rule,
  type Rules,
  texts,
  whole,
  wholeShare,
} from "../core/option_rules.ts";
import type { Predictions } from "../nn/predictions.ts";
import type { Task } from "../nn/task.ts";
import { answeredPrompts } from "./distillation/answered_prompts.ts";
import { gkdLoss } from "./distillation/gkd_loss.ts";
import { isCausal } from "./distillation/is_causal.ts";
import { OnPolicyRows } from "./distillation/on_policy_rows.ts";
import { type Teacher, teacherRule, teachersOf } from "./distillation/options.ts";
import { requireTask, taughtTask } from "./distillation/taught_task.ts";
import { teachersOfTask } from "./distillation/teachers_of_task.ts";
import { answersObjective } from "./rollouts/answers_objective.ts";
import { textProcessor } from "./shared/text_examples.ts";

/** Who teaches, who writes the answers, and how the two are compared. */
export interface GkdOptions {
  /** A trained model with the same vocabulary, as `distillation` takes it. */
  readonly teacher: Teacher;
  /** The share of the answers that the model in training writes itself, the others are those of the rows; 0.5 unless given. */
  readonly onPolicy?: number;
  /**
   * 0 for the forward KL(teacher ‖ model), which covers all that the teacher may say; 1 for the reverse KL(model ‖
   * teacher), which keeps to what it would say; between them the Jensen-Shannon divergence; 0.5 unless given.
   */
  readonly beta?: number;
  /** Divides the logits of both models in the loss, and those that answers are drawn from; 1 unless given. */
  readonly temperature?: number;
  /** The most tokens of an answer, also of those of the rows; 128 unless given. */
  readonly maxNewTokens?: number;
  /** Of texts, which have no prompt, how many of their first tokens are one; 16 unless given. */
  readonly promptTokens?: number;
  /** Draws from so many of the likeliest tokens; from all unless given. */
  readonly topK?: number;
  /** Draws from the likeliest tokens with this share of the probability; from all unless given. */
  readonly topP?: number;
  /** Texts that end an answer, beside the model's end tokens. */
  readonly stop?: readonly string[];
}

const shareRule: Rule = [
  "a number from 0 to 1",
  (value) => typeof value === "number" && value >= 0 && value <= 1,
];

const rules: Rules<GkdOptions> = {
  teacher: required(teacherRule(1)),
  onPolicy: shareRule,
  beta: shareRule,
  temperature: positive,
  maxNewTokens: whole,
  promptTokens: whole,
  topK: whole,
  topP: wholeShare,
  stop: texts,
};

/** The task of language models that is learned, `chat({ messages: "messages" })` or `textGeneration({ text: "text" })`. */
export type TaughtLanguageTask<Input> = Task<Predictions<"language">, Input, string>;

/**
 * On-policy distillation (GKD: Agarwal et al., 2024, arXiv 2306.13649), as TRL's `GKDTrainer` computes its loss. Before
 * each step the model in training answers its share of the rows' prompts; the loss is the mean over all tokens of the
 * answers of the generalised Jensen-Shannon divergence between what the teacher and the model say there. So a small
 * model learns how to go on from its own mistakes, which the answers of the data do not have. A prompt is all that
 * stands before the last answer of a chat, and the beginning of a text. Scores, answers and deployed folders are those
 * of the task.
 *
 * A step holds the teacher's probabilities of its batch: tokens of the answers × tokens of the vocabulary × 4 bytes.
 *
 * Throws a `TunebookError` of kind "input" that lists all options which make no sense, and of kind "unsupported" for
 * tasks that do not learn next tokens. Runs throw one of kind "input" for a teacher with another vocabulary, and of kind
 * "data" with all prompts that leave no room for an answer.
 *
 * @example
 * ```ts
 * import { chat, gkd } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const task = gkd(chat({ messages: "messages" }), { teacher: "out/large", onPolicy: 1, beta: 1 });
 * assert.equal(task.name, "gkd");
 * assert.deepEqual(task.columns, ["messages"]);
 * assert.throws(() => gkd(chat({ messages: "messages" }), { teacher: "out/large", beta: 2 }), /beta is 2/);
 * ```
 */
export function gkd<Input>(
  task: TaughtLanguageTask<Input>,
  options: GkdOptions,
): TaughtLanguageTask<Input> {
  requireTask("gkd", "chat", task);
  requireOptions("gkd", options);
  refuseOptions("gkd", optionMistakes(options, rules));
  const { name } = task;
  if (
    task.kind !== "language" || teachersOfTask(task).length > 0 || !isCausal(task)
  ) {
    throw new TunebookError(
      "unsupported",
      `gkd learns the next tokens of texts or chats, not ${name}`,
    );
  }
  const { teacher, ...others } = options;
  const [reference] = teachersOf(teacher);
  return taughtTask(
    task,
    { name: "gkd", options: { teacher: reference, ...others }, sampledKind: "language" },
    (own) => ({
      async examples(table, given, how) {
        const examples = await own.examples(table, given, how);
        const { labelled: isLabelled = true, training = true, where } = how;
        if (!isLabelled || !training) return examples;
        const processor = textProcessor(name, given);
        const sampled = new OnPolicyRows(
          await answeredPrompts(examples, { ...gkdSettings(options), processor, where }),
          gkdSettings(options),
          processor,
        );
        return { ...examples, rollouts: rolloutsOf(sampled) };
      },
    }),
  );

  function rolloutsOf(sampled: OnPolicyRows) {
    const { beta, temperature } = gkdSettings(options);
    return {
      ...sampled.rows,
      teacher: { reference, task: task as unknown as Task },
      objective: ({ vocabSize, afterVirtualTokens }: {
        readonly vocabSize: number;
        readonly afterVirtualTokens: boolean;
      }) =>
        answersObjective(gkdLoss({ beta, temperature, vocabSize }), {
          answers: sampled.present,
          ...{ vocabSize, afterVirtualTokens },
        }),
    };
  }
}

const defaults = { onPolicy: 0.5, beta: 0.5, temperature: 1, maxNewTokens: 128, promptTokens: 16 };

/** The options with everything that was left out. */
function gkdSettings({ topK, topP, stop, ...options }: GkdOptions) {
  return { ...defaults, ...options, topK, topP, stop };
}
