/**
 * Distillation: a model learns a task from the labels of its rows and from what a trained model says of them
 * (Hinton et al., "Distilling the Knowledge in a Neural Network", 2015, arXiv 1503.02531).
 *
 * @module
 */
import { refuseOptions, requireOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import type { AnyPredictions } from "../nn/predictions.ts";
import type { Task } from "../nn/task.ts";
import { isCausal } from "./distillation/is_causal.ts";
import {
  distillationMistakes,
  type DistillationOptions,
  labelMistakes,
  plainOptions,
  tokenMistakes,
} from "./distillation/options.ts";
import { perRowKinds, taughtExamples } from "./distillation/taught_examples.ts";
import { requireTask, taughtTask } from "./distillation/taught_task.ts";

/** The kinds of predictions that can be compared with those of another model. */
const taughtKinds: readonly string[] = ["single", "multi", "regression", "tags", "answers"];

/**
 * The same task, learned from a teacher as well: labels of texts and images, numbers, tags of tokens, answers to
 * questions, and the next tokens of texts and chats. The loss is weight · T² · KL(teacher ‖ model) of the probabilities at the temperature T, and of the rest
 * the task's own; of numbers the squared difference. Scores, answers and deployed folders are those of the task, and
 * all that its loss can be told stays.
 *
 * Before the first step the teacher is asked once about all training rows, and its answers are kept on disk for
 * later runs: in a folder by the teacher's weights, the rows and the settings. Its labels must be those of the
 * rows; for tags, answers to questions and next tokens it must read the same tokens as the model.
 *
 * Throws an error of kind "input" with all options that make no sense, and of kind "unsupported" for other tasks.
 *
 * @param task what is learned, `textClassification({ text: "review", label: "stars" })`
 *
 * @example
 * ```ts
 * import { distillation, textClassification } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const stars = textClassification({ text: "review", label: "stars" });
 * const task = distillation(stars, { teacher: "out/large/merged", temperature: 2, weight: 0.7 });
 * assert.equal(task.name, "distillation");
 * assert.deepEqual(task.columns, ["review", "stars"]);
 * assert.throws(() => distillation(stars, { teacher: "out/large", weight: 2 }), /weight is 2/);
 * ```
 */
export function distillation<Predicted extends AnyPredictions, Input, Answer>(
  task: Task<Predicted, Input, Answer>,
  options: DistillationOptions,
): Task<Predicted, Input, Answer> {
  requireTask("distillation", "textClassification", task);
  requireOptions("distillation", options);
  refuseOptions("distillation", distillationMistakes(options));
  const isOfTokens = task.kind === "language";
  if (!(isOfTokens ? isCausal(task) : taughtKinds.includes(task.kind)) || task.findLabels) {
    throw new TunebookError(
      "unsupported",
      "distillation learns labels, numbers, tags, answers to questions or next tokens from another model, " +
        `not ${task.name}`,
    );
  }
  if ((options.hidden || options.attention) && !perRowKinds.includes(task.kind)) {
    throw new TunebookError(
      "unsupported",
      `hidden states and attention are compared where a row has labels or numbers of its own, and ${task.name} has ` +
        "them of tokens",
    );
  }
  refuseOptions("distillation", isOfTokens ? tokenMistakes(options) : labelMistakes(options));
  return taughtTask(
    task,
    { name: "distillation", options: plainOptions(options) },
    (own) => ({
      async examples(table, processor, how) {
        const examples = await own.examples(table, processor, how);
        const { labelled: isLabelled = true, training = true } = how;
        if (!isLabelled || !training) return examples;
        if (options.attention && processor.input !== "text") {
          throw new TunebookError(
            "unsupported",
            `attention is compared over the tokens of texts, and the model of ${task.name} reads images; leave it out`,
          );
        }
        return taughtExamples(examples, { task: task as never, labels: own.labels }, options);
      },
    }),
  );
}
