/**
 * Rows of preferences → pairs of sequences of a reward model.
 *
 * @module
 */
import { type RewardPredictions, rewardPredictions } from "../../nn/preference_predictions.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Examples, ExamplesOptions, Outputs } from "../../nn/task.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import { choosePairs } from "../preference/chosen_pairs.ts";
import { readPreferences } from "../preference/read_preferences.ts";
import {
  needsLabels,
  textExamples,
  textFingerprint,
  textProcessor,
} from "../shared/text_examples.ts";
import { withoutLoss } from "../shared/without_loss.ts";
import { encodeJudged } from "./encode_judged.ts";
import type { RewardModelOptions } from "./options.ts";
import { rewardObjective } from "./reward_objective.ts";
import { askedRows, readMargins } from "./reward_rows.ts";

/** The examples of the task. */
export type RewardExamples = Examples<RewardPredictions, number>;

/** Reads, encodes and pairs the rows; of rows without labels the first answer is judged. */
export async function rewardExamples(
  table: Table,
  processor: Processor,
  { where, labelled = true, signal }: ExamplesOptions,
  { name, options }: { readonly name: string; readonly options: RewardModelOptions },
): Promise<RewardExamples> {
  const own = textProcessor(name, processor);
  const source = sourceRows(table, where);
  const asked = labelled ? undefined : askedRows(table, options);
  const rows = asked ?? readPreferences(table, options, where);
  const encoded = await encodeJudged(rows, own, options, { source, signal });
  const { sequences, ofRows } = encoded;
  const { pairs, truncated, notes } = choosePairs(encoded, {
    compare: options.pairs ?? "all",
    overflow: options.overflow ?? "cut",
    tokenizer: own.tokenizer,
    maxTokens: own.maxTokens,
    source,
    strict: labelled,
  });
  const { margin, centeringCoefficient = 0 } = options;
  const ofTable = margin === undefined || asked ? undefined : readMargins(table, margin, where);
  const margins = ofTable && Float64Array.from(pairs, ([chosen]) => ofTable[sequences[chosen].row]);
  const rewardsOf = (places: readonly number[], outputs: Outputs) => ({
    rowOf: Int32Array.from(places, (at) => sequences[at].row),
    rewards: Float64Array.from(places, (at) => outputs[at][0]),
  });
  return {
    ...textExamples({ rows: rows.length, sequences, truncated }, own),
    ...(labelled ? { groups: pairs, notes } : {}),
    fingerprint: textFingerprint(sequences, [...pairs.flat(), ...margins ?? []]),
    objective() {
      const objective = rewardObjective({ margins, centeringCoefficient });
      return asked ? withoutLoss(objective) : objective;
    },
    predictions: (outputs) =>
      asked ? needsLabels("predictions") : rewardPredictions({
        rows: rows.length,
        chosen: rewardsOf(pairs.map(([chosen]) => chosen), outputs),
        rejected: rewardsOf(pairs.map(([, rejected]) => rejected), outputs),
        isPaired: true,
      }),
    answers: (outputs) => ofRows.map(([first]) => outputs[first][0]),
  };
}
