/**
 * Attacks on a classifier of texts by the words that matter to it.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import { TunebookError } from "../../../core/errors.ts";
import {
  abortSignal,
  integer,
  required,
  type Rules,
  text as textRule,
  whole,
  wholeShare,
} from "../../../core/option_rules.ts";
import { Random } from "../../../core/random.ts";
import { wilsonInterval } from "../../../core/wilson_interval.ts";
import { textColumn } from "../../../table/columns.ts";
import type { Table } from "../../../table/table.ts";
import type { ProbedModel } from "../probe.ts";
import { judgedRows } from "../right_rows.ts";
import { type AttackReport, shownAttack } from "./attack_report.ts";
import { attackText, type TextAttack } from "./attack_text.ts";
import type { WordChange } from "./word_change.ts";

/** How texts are attacked. */
export interface AttackOptions {
  /** The columns of the texts and of the right labels. */
  readonly text: string;
  readonly label: string;
  /** What is put in the place of words: `synonyms(table)` or `characterEdits()`. */
  readonly change: WordChange;
  /** The share of a text's words that may be changed: 0.3 unless given. */
  readonly mostChanged?: number;
  /** Texts that the model may be asked for each attack, the text itself included: 200 unless given. */
  readonly mostQueries?: number;
  /** Chooses what changes draw: 0 unless given. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

const rules: Rules<AttackOptions> = {
  text: required(textRule),
  label: required(textRule),
  change: required([
    "a change of words, such as characterEdits()",
    (value) => typeof (value as WordChange | null)?.candidates === "function",
  ]),
  mostChanged: wholeShare,
  mostQueries: whole,
  seed: integer,
  signal: abortSignal,
};
const usualShare = 0.3;
const usualQueries = 200;

/**
 * Changes the words that a classifier's answer hangs on, until the answer changes or the limits are reached. A word is
 * as important as the probability of the right label falls without it; words are changed from the most important one, by
 * the candidate that leaves the least of that probability, as TextFooler (Jin et al. 2020, arXiv 1907.11932) and
 * DeepWordBug (Gao et al. 2018, arXiv 1801.04354) do. No encoder of sentences checks that the meaning stays: read the
 * examples. Texts that the model has wrong are not attacked.
 *
 * @param model an open model or the result of a run, of one label for a text
 * @param rows texts with their labels; each is asked up to 200 times, so that a hundred are many
 * @throws {TunebookError} of kind `input` for options that make no sense and for a model of other answers, of kind
 *   `data` for columns that are missing and labels that the model does not know.
 *
 * @example
 * ```ts
 * import { attack, synonyms, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * // Stands for await open("out/reviews"): it knows one word.
 * const model = {
 *   predict: async (texts: readonly string[]) =>
 *     texts.map((text) => {
 *       const positive = text.includes("good") ? 0.9 : 0.2;
 *       return {
 *         label: positive > 0.5 ? "positive" : "negative",
 *         probabilities: { positive, negative: 1 - positive },
 *       };
 *     }),
 * };
 * const rows = tableFromColumns({ text: ["a really good film"], label: ["positive"] });
 * const change = synonyms({ good: ["fine"], film: ["movie"] });
 * const { successRate, attacks } = await attack(model, rows, { text: "text", label: "label", change });
 * assert.equal(successRate, 1);
 * assert.equal(attacks[0].attacked, "a really fine film");
 * assert.equal(attacks[0].queries, 6); // the text, four without a word, one with a synonym
 * ```
 */
export async function attack(
  model: ProbedModel,
  rows: Table,
  options: AttackOptions,
): Promise<AttackReport> {
  checkOptions("attack", options, rules);
  const { text, label, change, mostChanged = usualShare, mostQueries = usualQueries } = options;
  const { seed = 0, signal } = options;
  const texts = textColumn(rows, text, { where: "the rows" });
  const how = signal ? { signal } : {};
  const answers = await model.predict(texts, how);
  const { truth, right } = judgedRows("attack", answers, rows, label);
  const chosen = texts.flatMap((_, row) => right[row] ? [row] : []);
  if (chosen.length === 0) {
    throw new TunebookError(
      "input",
      "attack: the model has none of the rows right, so that none is attacked",
    );
  }
  const ask = async (asked: readonly string[]) =>
    (await model.predict(asked, how)).map(({ probabilities }) => probabilities);
  const attacks: TextAttack[] = [];
  for (const row of chosen) {
    signal?.throwIfAborted();
    const probability = answers[row].probabilities[truth[row]];
    attacks.push(
      await attackText({ text: texts[row], label: truth[row], probability }, {
        ...{ change, ask },
        random: Random.fromSeed(seed, change.name, row),
        limits: { mostChanged, mostQueries },
      }),
    );
  }
  const successes = attacks.filter(({ succeeded }) => succeeded);
  const { mean, low, high } = wilsonInterval(successes.length, attacks.length);
  const meanOf = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return shownAttack({
    ...{ change: change.name, texts: texts.length, attacked: attacks.length },
    ...{ successRate: mean, low, high, accuracy: attacks.length / texts.length },
    accuracyAfter: (attacks.length - successes.length) / texts.length,
    queries: meanOf(attacks.map(({ queries }) => queries)),
    changedShare: meanOf(successes.map(({ changed, words }) => changed.length / words)),
    ranOut: attacks.filter(({ ranOut }) => ranOut).length,
    attacks,
  });
}
