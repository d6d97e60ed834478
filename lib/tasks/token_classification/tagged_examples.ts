/**
 * Rows of words as a model takes them.
 *
 * @module
 */
import type { Aggregation } from "./aggregations.ts";
import { mistakes } from "../../core/errors.ts";
import { shortened } from "../../core/text_table.ts";
import { selectable } from "../../nn/select_rows.ts";
import type { Processor } from "../../nn/processor.ts";
import type { TagPredictions } from "../../nn/tag_predictions.ts";
import type { Examples, ExamplesOptions, ObjectiveContext } from "../../nn/task.ts";
import type { SourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import { classWeightsOf } from "../shared/class_weights.ts";
import {
  needsLabels,
  textExamples,
  textFingerprint,
  textProcessor,
} from "../shared/text_examples.ts";
import { withoutLoss } from "../shared/without_loss.ts";
import type { TokenClassificationOptions } from "./options.ts";
import { predictedTags, tagAnswers, type TaggedText, type TagReading } from "./tag_answers.ts";
import { labelNumbers } from "./tag_labels.ts";
import { tagObjective, type TargetedSequence } from "./tag_objective.ts";
import { type TagSequences, tagSequences } from "./tag_sequences.ts";
import { tagTargets } from "./tag_targets.ts";
import { readTaggedRows, readTextRows, type TaggedRow } from "./tagged_rows.ts";
import { rowLogits } from "./unit_logits.ts";

/** Examples that know the tags of their words, for the baseline. */
export interface TaggedExamples extends Examples<TagPredictions, TaggedText> {
  /** The number of each word's label, row by row; absent for rows without tags. */
  readonly truth?: readonly Int32Array[];
}

/** What the task knows. */
export interface TaggedExamplesSettings extends TagReading {
  /** The task's name, for errors. */
  readonly task: string;
  readonly options: TokenClassificationOptions;
  readonly aggregation: Aggregation;
}

/**
 * Reads and encodes the rows of a table. Throws a `TunebookError` of kind "data" with all rows whose tags
 * cannot be read or are no labels, or of whose words the tokenizer makes no token.
 */
export async function taggedExamples(
  table: Table,
  processor: Processor,
  { where, labelled = true, signal }: ExamplesOptions,
  settings: TaggedExamplesSettings,
): Promise<TaggedExamples> {
  const { options, labels, scheme, subwords } = settings;
  const own = textProcessor(settings.task, processor);
  const tagged = labelled ? readTaggedRows(table, options, { where, scheme }) : undefined;
  const truth = tagged && labelNumbers(tagged, labels);
  const read = tagged ?? readTextRows(table, options, where);
  const encoding = { where, source: read.source, stride: options.stride, signal };
  const all = await tagSequences(read.rows, own, encoding);
  const targets = tagged ? targetsOf(all, tagged.rows, settings, read.source) : [];
  return {
    ...textExamples({ rows: all.rows.length, sequences: all.sequences, truncated: 0 }, own),
    ...(truth ? { truth } : {}),
    fingerprint: textFingerprint(
      all.sequences,
      targets.flatMap((each) =>
        each.targets.flatMap(({ tokens, label }) => [...tokens, label, -1])
      ),
    ),
    objective({ labelSmoothing, focalGamma, classWeights }) {
      const objective = tagObjective({
        sequences: targets,
        outputs: labels.length,
        averaged: subwords === "average",
        ...(labelSmoothing === undefined ? {} : { labelSmoothing }),
        ...(focalGamma === undefined ? {} : { focalGamma }),
        ...tagWeights(classWeights, targets, labels),
      });
      return truth ? objective : withoutLoss(objective);
    },
    predictions: (outputs) =>
      selectable({
        kind: "tags" as const,
        rows: all.rows.length,
        labels,
        scheme,
        truth: truth ?? needsLabels("predictions"),
        predicted: all.rows.map((row) => {
          const logits = rowLogits(row, all, outputs, { labels: labels.length, subwords });
          return predictedTags(row, logits, settings);
        }),
      }, ["truth", "predicted"]),
    answers: (outputs) => tagAnswers(all, outputs, own.tokenizer, settings),
  };
}

/** Characters of a text that an error shows. */
const mostShown = 40;

function targetsOf(
  { rows, sequences }: TagSequences,
  tagged: readonly TaggedRow[],
  settings: TagReading,
  { where, nameOf }: SourceRows,
): TargetedSequence[] {
  const wrong = rows.flatMap(({ tokens }, row) =>
    tokens.units.length > 0
      ? []
      : [`${nameOf(row)}: ${JSON.stringify(shortened(tagged[row].text, mostShown))}`]
  );
  if (wrong.length > 0) {
    throw mistakes(
      "data",
      `the tokenizer makes no token of any word of these rows of ${where}; remove them:`,
      wrong,
    );
  }
  return sequences.map((sequence) => ({
    length: sequence.ids.length,
    targets: tagTargets(
      sequence,
      rows[sequence.row].tokens.units,
      tagged[sequence.row].tags,
      settings,
    ),
  }));
}

/**
 * The weight of each label. `balanced` are targets ÷ (labels that occur · targets of the label); a label
 * that does not occur has 0.
 */
function tagWeights(
  wanted: ObjectiveContext["classWeights"],
  sequences: readonly TargetedSequence[],
  labels: readonly string[],
): { classWeights?: number[] } {
  const ids = Int32Array.from(sequences.flatMap(({ targets }) => targets), ({ label }) => label);
  if (wanted !== "balanced") {
    return classWeightsOf(wanted, { kind: "single", names: [...labels], ids });
  }
  const counts = labels.map(() => 0);
  for (const id of ids) counts[id]++;
  const present = counts.filter((count) => count > 0).length;
  return {
    classWeights: counts.map((count) => count === 0 ? 0 : ids.length / (present * count)),
  };
}
