/**
 * Rows of preferences → pairs of sequences of a model that writes.
 *
 * @module
 */
import {
  type PreferencePredictions,
  preferencePredictions,
} from "../../nn/preference_predictions.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Examples, ExamplesOptions } from "../../nn/task.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import { refuseAnswers } from "../shared/next_token_predictions.ts";
import { decoderProcessor } from "../shared/decoder_processor.ts";
import { textExamples, textFingerprint } from "../shared/text_examples.ts";
import {
  answerLogProbabilities,
  type AnswerReference,
  answerReference,
  writtenAnswers,
} from "./answer_predictions.ts";
import { choosePairs } from "./chosen_pairs.ts";
import { encodeAnswers } from "./encode_answers.ts";
import type { PreferenceColumns } from "./options.ts";
import type { PairLoss } from "./pair_loss.ts";
import { needsReference, pairObjective } from "./pair_objective.ts";
import { readPreferences } from "./read_preferences.ts";
import { readReference, type ReferenceColumns } from "./reference_columns.ts";

/** What makes the examples of a task. */
export interface PreferenceExamplesOptions {
  /** What errors call the task. */
  readonly name: string;
  readonly options: PreferenceColumns;
  readonly loss: PairLoss;
  /** The columns of log-probabilities before the training, where the rows have them. */
  readonly reference?: ReferenceColumns | undefined;
}

/** The examples of a task on pairs. */
export type PreferenceExamples = Examples<PreferencePredictions, string>;

/** Reads, encodes and pairs the rows. */
export async function preferenceExamples(
  table: Table,
  processor: Processor,
  { where, labelled = true, signal }: ExamplesOptions,
  { name, options, loss, reference: columns }: PreferenceExamplesOptions,
): Promise<PreferenceExamples> {
  const own = decoderProcessor(name, processor);
  const source = sourceRows(table, where);
  const rows = readPreferences(table, options, where);
  const encoded = await encodeAnswers(rows, own, options, { source, signal });
  const { sequences } = encoded;
  const { pairs, truncated, notes } = choosePairs(encoded, {
    compare: options.pairs ?? "all",
    overflow: options.overflow ?? "cut",
    tokenizer: own.tokenizer,
    maxTokens: own.maxTokens,
    source,
    strict: labelled,
  });
  const { packedFeedsOf: _, ...texts } = textExamples(
    { rows: rows.length, sequences, truncated },
    own,
  );
  const known = columns && readReference(table, columns, where);
  const given = [
    ...sequences.flatMap(({ counts }) => [...counts]),
    ...pairs.flat(),
    ...(known?.logProbabilities ?? []),
  ];
  const withReference = (reference: AnswerReference | undefined): PreferenceExamples => ({
    ...texts,
    notes,
    groups: pairs,
    countsOf: (sequence) => sequences[sequence].counts,
    fingerprint: textFingerprint(sequences, given),
    objective: ({ vocabSize }) =>
      pairObjective({
        loss,
        sequences,
        pairs,
        vocabSize,
        reference: reference?.logProbabilities,
      }),
    ...(loss.usesReference && !known
      ? { withReference: (outputs) => withReference(answerReference(sequences, outputs)) }
      : {}),
    predictions(outputs) {
      const logProbabilities = answerLogProbabilities(sequences, outputs);
      if (loss.usesReference && !reference) needsReference(loss.name);
      const { rewardOf } = loss;
      const about = { sequences, outputs, logProbabilities, reference, rewardOf };
      return preferencePredictions({
        rows: rows.length,
        chosen: writtenAnswers(pairs.map(([chosen]) => chosen), about),
        rejected: writtenAnswers(pairs.map(([, rejected]) => rejected), about),
        isPaired: true,
      });
    },
    answers: refuseAnswers,
  });
  return withReference(known);
}
