/**
 * Rows of good and bad answers → sequences of a model that writes.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import {
  type PreferencePredictions,
  preferencePredictions,
} from "../../nn/preference_predictions.ts";
import type { Processor, TextProcessor } from "../../nn/processor.ts";
import type { Examples, ExamplesOptions } from "../../nn/task.ts";
import { type SourceRows, sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import {
  answerLogProbabilities,
  type AnswerReference,
  answerReference,
  writtenAnswers,
} from "../preference/answer_predictions.ts";
import { endNotes } from "../preference/chosen_pairs.ts";
import { type AnswerSequence, answerTokens, encodeAnswers } from "../preference/encode_answers.ts";
import { saidIn } from "../preference/answered_row.ts";
import { needsReference } from "../preference/pair_objective.ts";
import { refuseAnswers } from "../shared/next_token_predictions.ts";
import { decoderProcessor } from "../shared/decoder_processor.ts";
import { textExamples, textFingerprint } from "../shared/text_examples.ts";
import { judgedObjective, type JudgedObjectiveOptions } from "./judged_objective.ts";
import type { KtoOptions } from "./options.ts";
import { type JudgedAnswerRow, readJudgedAnswers } from "./read_judged_answers.ts";

/** The examples of the task. */
export type JudgedExamples = Examples<PreferencePredictions, string>;

/** What makes them. */
export interface JudgedExamplesOptions
  extends Pick<JudgedObjectiveOptions, "name" | "beta" | "desirableWeight" | "undesirableWeight"> {
  readonly options: KtoOptions;
  /** Whether the loss compares with prompts before answers to others. */
  readonly comparesOthers: boolean;
}

/** Reads and encodes the rows; each answer is also put behind no other prompt than one of another row. */
export async function judgedExamples(
  table: Table,
  processor: Processor,
  { where, labelled = true, training = true, signal }: ExamplesOptions,
  { options, comparesOthers: compares, ...settings }: JudgedExamplesOptions,
): Promise<JudgedExamples> {
  const { name, beta } = settings;
  // Scores read no answers to other prompts.
  const comparesOthers = compares && training;
  const own = decoderProcessor(name, processor);
  const source = sourceRows(table, where);
  const rows = readJudgedAnswers(table, options, where);
  const { sequences: answers, endIds } = await encodeAnswers(rows, own, options, {
    source,
    signal,
  });
  const kept = keptAnswers(answers, { options, processor: own, source, strict: labelled });
  const others = comparesOthers
    ? (await encodeAnswers(otherAnswers(rows), own, options, { source, signal })).sequences
    : [];
  const sequences = [...answers, ...others];
  const groups = kept.map((row): readonly [number, number?] =>
    comparesOthers ? [row, rows.length + row] : [row]
  );
  const isGood = kept.map((row) => rows[row].isGood);
  const given = { rows: rows.length, truncated: cutOf(kept, answers, own) };
  const { packedFeedsOf: _, ...texts } = textExamples({ ...given, sequences }, own);
  const { inputKeys } = textExamples({ ...given, sequences: answers }, own);
  const facts = [...isGood.map(Number), ...groups.flat().map(Number)];
  const withReference = (reference: AnswerReference | undefined): JudgedExamples => ({
    ...texts,
    inputKeys,
    notes: [
      ...judgedNotes(isGood, options),
      ...endNotes(kept.map((row) => answers[row]), endIds, own.tokenizer),
      ...(given.truncated > 0
        ? [`${given.truncated} answers are longer than ${own.maxTokens} tokens and were cut`]
        : []),
      ...(rows.length > kept.length
        ? [`${rows.length - kept.length} of ${rows.length} answers were dropped`]
        : []),
    ],
    groups: groups as readonly (readonly number[])[],
    countsOf: (sequence) => sequences[sequence].counts,
    fingerprint: textFingerprint(sequences, [
      ...sequences.flatMap(({ counts }) => [...counts]),
      ...facts,
    ]),
    objective: ({ vocabSize }) =>
      judgedObjective({
        ...settings,
        sequences,
        groups,
        isGood,
        vocabSize,
        reference: reference?.logProbabilities,
      }),
    withReference: (outputs) => withReference(answerReference(sequences, outputs)),
    predictions(outputs) {
      if (!reference) needsReference(name);
      const logProbabilities = answerLogProbabilities(answers, outputs);
      const rewardOf = (now: number, before: number) => beta * (now - before);
      const about = { sequences: answers, outputs, logProbabilities, reference, rewardOf };
      return preferencePredictions({
        rows: rows.length,
        chosen: writtenAnswers(kept.filter((row) => rows[row].isGood), about),
        rejected: writtenAnswers(kept.filter((row) => !rows[row].isGood), about),
        isPaired: false,
      });
    },
    answers: refuseAnswers,
  });
  return withReference(undefined);
}

/** Each prompt with the answer of the row before it that asks something else; that of the last row comes before the first. */
function otherAnswers(rows: readonly JudgedAnswerRow[]): JudgedAnswerRow[] {
  const asked = rows.map(({ prompt }) => saidIn(prompt));
  return rows.map((row, at) => {
    const before = (steps: number) => (at - steps + rows.length * 2) % rows.length;
    let steps = 1;
    while (steps < rows.length && asked[before(steps)] === asked[at]) steps++;
    const other = rows[before(steps < rows.length ? steps : 1)];
    return { ...row, answers: other.answers };
  });
}

/**
 * The rows whose answers are learned. One error of kind "data" names every row of whose answer nothing is left within `maxTokens`, unless
 * long ones are dropped.
 */
function keptAnswers(
  answers: readonly AnswerSequence[],
  { options, processor: { maxTokens }, source, strict }: {
    readonly options: KtoOptions;
    readonly processor: TextProcessor;
    readonly source: SourceRows;
    readonly strict: boolean;
  },
): number[] {
  const all = [...answers.keys()];
  const isDropped = (row: number) =>
    options.overflow === "drop" && answers[row].whole.tokens > maxTokens;
  const fitting = all.filter((row) => !isDropped(row));
  const empty = fitting.filter((row) => answerTokens(answers[row]) === 0);
  if (empty.length > 0 && strict) {
    const cut = all.filter((row) => answers[row].whole.tokens > maxTokens).length;
    throw mistakes(
      "data",
      `of ${empty.length} rows of ${source.where} nothing of the answer is left (${cut} of ` +
        `${all.length} rows are cut at ${maxTokens} tokens); give more maxTokens, or overflow: "drop":`,
      empty.map((row) => `${source.nameOf(row)}: its answer is behind the limit`),
    );
  }
  const kept = fitting.filter((row) => answerTokens(answers[row]) > 0);
  if (kept.length === 0 && strict) {
    throw new TunebookError(
      "data",
      `nothing is left to learn of the ${all.length} rows of ${source.where}: all are longer than ` +
        `${maxTokens} tokens`,
    );
  }
  return kept;
}

function cutOf(
  kept: readonly number[],
  answers: readonly AnswerSequence[],
  { maxTokens }: TextProcessor,
): number {
  return kept.filter((row) => answers[row].whole.tokens > maxTokens).length;
}

/** The bounds of the ratio that equation 8 of the paper gives to the weights of good and bad answers. */
const [leastRatio, mostRatio] = [1, 4 / 3];

/** How many answers are good, and weights that would balance them where those given do not. */
function judgedNotes(
  isGood: readonly boolean[],
  { desirableWeight = 1, undesirableWeight = 1 }: KtoOptions,
): string[] {
  const good = isGood.filter(Boolean).length;
  const bad = isGood.length - good;
  const counts = `${good} good and ${bad} bad answers`;
  if (good === 0 || bad === 0) return [`${counts}: a model learns more from both`];
  const ratio = desirableWeight * good / (undesirableWeight * bad);
  if (good === bad || (ratio >= leastRatio && ratio <= mostRatio)) return [counts];
  const least = (leastRatio * undesirableWeight * bad / good).toFixed(2);
  const most = (mostRatio * undesirableWeight * bad / good).toFixed(2);
  return [`${counts}: the authors advise a desirableWeight from ${least} to ${most}`];
}
