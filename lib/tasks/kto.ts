/**
 * Kahneman-Tversky optimisation: a model learns from answers that are good or bad, each by itself (Ethayarajh et al., "KTO", 2024,
 * arXiv 2402.01306).
 *
 * @module
 */
import { withoutUndefined } from "../core/objects.ts";
import type { PreferencePredictions } from "../nn/preference_predictions.ts";
import type { LabelledTask } from "../nn/task.ts";
import { pickRows } from "../table/source_rows.ts";
import type { AskedPrompt } from "./preference/preference_writing.ts";
import { chatWords } from "./chat/chat_words.ts";
import { judgedExamples } from "./kto/judged_examples.ts";
import { checkKtoOptions, ktoColumns, type KtoOptions } from "./kto/options.ts";
import { readJudgedAnswers } from "./kto/read_judged_answers.ts";
import { answeringTask, type PreferenceTask } from "./preference/preference_task.ts";

const name = "kto";
const defaultBeta = 0.1;

/**
 * Learns from answers that people liked or not; no pairs are needed. Rows have a prompt, an answer and a label, as texts or messages,
 * written with the model's chat template as `chat` does. Metrics are those of `dpo`; `rewardAccuracy` is the share of all pairs of a good
 * and a bad answer. The reward of an answer is β log π/π_ref.
 *
 * The loss is that of TRL's `KTOTrainer`. The divergence that rewards are compared with is estimated in every step from its prompts, each with the
 * answer of the row before it that asks something else: steps cost about twice as much, and with `accumulate` a second forward
 * pass, so that the estimate is that of the whole step. The reference is as for `dpo`.
 *
 * Throws a `TunebookError` of kind "input" that lists all options which make no sense.
 *
 * @example
 * ```ts
 * import { kto, tableFromRows } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const task = kto({ prompt: "question", completion: "answer", label: "thumb" });
 * const table = tableFromRows([
 *   { question: "2 + 2?", answer: "4", thumb: true },
 *   { question: "3 + 3?", answer: "7", thumb: "down" },
 * ]);
 * assert.throws(() => task.checkRows(table, "the table"), /row 2: "thumb" is "down"/);
 * ```
 */
export function kto(options: KtoOptions): PreferenceTask {
  checkKtoOptions(options);
  const { beta = defaultBeta, desirableWeight = 1, undesirableWeight = 1, loss = "kto" } = options;
  const settings = { name, beta, desirableWeight, undesirableWeight };
  const labelled = (): LabelledTask<PreferencePredictions, AskedPrompt, string> => ({
    ...answeringTask(
      options,
      (table, where) =>
        readJudgedAnswers(table, options, where).map(({ isGood, ...row }) =>
          isGood ? row : { ...row, answers: [] }
        ),
    ),
    task,
    examples: (table, processor, how) =>
      judgedExamples(table, processor, how, {
        ...settings,
        options,
        comparesOthers: loss === "kto",
      }),
  });
  const task: PreferenceTask = {
    name,
    kind: "preference",
    settings: { ...withoutUndefined(options) },
    columns: ktoColumns(options),
    stratify: options.label,
    metric: "rewardAccuracy",
    lossSettings: [],
    checkRows: (table, where) => void readJudgedAnswers(table, options, where),
    read: labelled,
    withLabels: labelled,
    report: {
      texts: (table) =>
        readJudgedAnswers(table, options, "the table").map(({ prompt, answers }) =>
          chatWords([...prompt, ...answers.flat()])
        ),
      classes: (table) =>
        readJudgedAnswers(table, options, "the table").map(({ isGood }) => [
          isGood ? "good" : "bad",
        ]),
    },
    preview(table, row) {
      const [shown] = readJudgedAnswers(pickRows(table, [row]), options, `row ${row + 1}`);
      const words = chatWords(shown.answers.flat());
      return { text: chatWords(shown.prompt), label: `${shown.isGood ? "good" : "bad"}: ${words}` };
    },
  };
  return Object.freeze(task);
}
