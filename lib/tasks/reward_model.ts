/**
 * Reward models: a number for each answer, larger for those that people prefer (Ouyang et al., "Training language models to follow instructions
 * with human feedback", 2022, arXiv 2203.02155).
 *
 * @module
 */
import { withoutUndefined } from "../core/objects.ts";
import type { RewardPredictions } from "../nn/preference_predictions.ts";
import type { LabelledTask, Task } from "../nn/task.ts";
import { pickRows } from "../table/source_rows.ts";
import type { Table } from "../table/table.ts";
import { chatWords } from "./chat/chat_words.ts";
import { preferenceColumns } from "./preference/options.ts";
import { readPreferences } from "./preference/read_preferences.ts";
import { checkRewardModelOptions, type RewardModelOptions } from "./reward_model/options.ts";
import { rewardExamples } from "./reward_model/reward_examples.ts";
import { askedTable, readMargins, type RewardInput } from "./reward_model/reward_rows.ts";

/** The task that `rewardModel` makes; the answer is a reward. */
export type RewardTask = Task<RewardPredictions, RewardInput, number>;

const name = "reward-model";

/** What files say of the head: one number, which no softmax is to be applied to. */
const config = {
  problem_type: "regression",
  id2label: { 0: "reward" },
  label2id: { reward: 0 },
} as const;

/**
 * Learns how much people would like an answer, from pairs of a better and a worse one: rows are those of `dpo`, with a margin where there
 * is one. The model is a decoder or an encoder with a head of one number, trained as TRL's `RewardTrainer` does. `predict` takes
 * `{ prompt, answer }` or a conversation whose last turn is judged, and gives the reward. Metrics: `rewardAccuracy`, `rewardMargin`,
 * `rewardCalibration`, `chosenReward`, `rejectedReward`.
 *
 * Conversations are written with the chat template, as for `chat`; an encoder without one reads the prompt and the answer as its pair of
 * texts.
 *
 * Throws a `TunebookError` of kind "input" that lists all options which make no sense.
 *
 * @example
 * ```ts
 * import { rewardModel } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const task = rewardModel({ prompt: "question", chosen: "good", rejected: "bad", margin: "by" });
 * assert.deepEqual(task.columns, ["question", "good", "bad", "by"]);
 * assert.equal(task.kind, "reward");
 * ```
 */
export function rewardModel(options: RewardModelOptions): RewardTask {
  checkRewardModelOptions(options);
  const { margin, template } = options;
  const rowsOf = (table: Table, where: string) => readPreferences(table, options, where);
  const labelled = (): LabelledTask<RewardPredictions, RewardInput, number> => ({
    task,
    labels: ["reward"],
    head: { name: "classification", outputs: 1 },
    signature: {
      pipeline: "text-classification",
      peftTaskType: "SEQ_CLS",
      autoClass: "AutoModelForSequenceClassification",
      config,
      ...(template === undefined ? {} : { chat: { template } }),
      python: { arguments: "num_labels=1" },
    },
    examples: (table, processor, how) => rewardExamples(table, processor, how, { name, options }),
    tableOf: askedTable,
  });
  const task: RewardTask = {
    name,
    kind: "reward",
    settings: { ...withoutUndefined(options) },
    columns: [...preferenceColumns(options), ...margin === undefined ? [] : [margin]],
    metric: "rewardAccuracy",
    lossSettings: [],
    checkRows(table, where) {
      rowsOf(table, where);
      if (margin !== undefined) readMargins(table, margin, where);
    },
    read: labelled,
    withLabels: labelled,
    report: {
      texts: (table) =>
        rowsOf(table, "the table").map(({ prompt, answers }) =>
          [chatWords(prompt), ...answers.map(chatWords)].join("\n")
        ),
    },
    preview(table, row) {
      const [shown] = rowsOf(pickRows(table, [row]), `row ${row + 1}`);
      return { text: chatWords(shown.prompt), label: shown.answers.map(chatWords).join(" > ") };
    },
  };
  return Object.freeze(task);
}
