/**
 * Direct preference optimisation: a model learns to write answers that people prefer, from pairs of a better and a worse one
 * (Rafailov et al., "Direct preference optimization", 2023, arXiv 2305.18290).
 *
 * @module
 */
import { tf } from "../engine/mod.ts";
import { dpoLosses } from "./dpo/losses.ts";
import { checkDpoOptions, type DpoOptions } from "./dpo/options.ts";
import { type PreferenceTask, preferenceTask } from "./preference/preference_task.ts";

const name = "dpo";
const defaultBeta = 0.1;

/**
 * Learns from pairs of answers. Rows have a prompt with a better and a worse answer, two whole texts or conversations that
 * begin alike, or a prompt with a ranking; texts or messages, written with the model's chat template as `chat` does. Metrics:
 * `rewardAccuracy`, `rewardMargin`, `chosenReward`, `rejectedReward`, `chosenLogProbability`, `rejectedLogProbability`,
 * `referenceKl`, and those of written texts. The reward of an answer is β log π/π_ref.
 *
 * The model before the training is asked once, before the first step: the base without its adapter, or the weights as they were opened.
 * A training that goes on from the files of an adapter is compared with that adapter.
 *
 * Throws a `TunebookError` of kind "input" that lists all options which make no sense.
 *
 * @example
 * ```ts
 * import { dpo, tableFromRows } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const task = dpo({ prompt: "question", chosen: "good", rejected: "bad", beta: 0.1 });
 * assert.deepEqual(task.columns, ["question", "good", "bad"]);
 * const table = tableFromRows([
 *   { question: "2 + 2?", good: "4", bad: "5" },
 *   { question: "3 + 3?", good: "6", bad: "6" },
 * ]);
 * assert.throws(() => task.checkRows(table, "the table"), /row 2: answers are the same/);
 * ```
 */
export function dpo(options: DpoOptions): PreferenceTask {
  checkDpoOptions(options);
  const { loss = "sigmoid", beta = defaultBeta, labelSmoothing = 0, reference } = options;
  return preferenceTask({
    name,
    options,
    reference: typeof reference === "object" ? reference : undefined,
    loss: {
      name: `${name} with the loss ${loss}`,
      usesReference: true,
      of(numbers) {
        const { chosen, rejected, chosenReference, rejectedReference } = numbers;
        const ratios = {
          chosen: tf.sub(chosen, chosenReference),
          rejected: tf.sub(rejected, rejectedReference),
        };
        return dpoLosses[loss](ratios, numbers, { beta, labelSmoothing });
      },
      rewardOf: (logProbability, before) => beta * (logProbability - before),
    },
  });
}
