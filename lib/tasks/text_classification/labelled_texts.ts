/**
 * Text classification with known labels: rows become examples, and outputs become answers.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { encodeRows } from "../../data/encode_rows.ts";
import type { LabelKind } from "../../data/labels.ts";
import type { Predictions } from "../../nn/predictions.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Examples, ExamplesOptions, LabelledTask, Task } from "../../nn/task.ts";
import { columnValues, textColumn } from "../../table/columns.ts";
import { sourceRows } from "../../table/source_rows.ts";
import { type Table, tableFromColumns } from "../../table/table.ts";
import { checkOutput } from "../shared/check_output.ts";
import { predictionsOf } from "../shared/class_predictions.ts";
import { classWeightsOf } from "../shared/class_weights.ts";
import type { LabelColumn } from "../shared/label_column.ts";
import {
  labelFields,
  labelTargets,
  mostFrequent,
  truthOf,
  type WithTruth,
} from "../shared/labelled_rows.ts";
import { classificationObjective } from "../shared/classification_objective.ts";
import { withoutLoss } from "../shared/without_loss.ts";
import {
  joinOutputs,
  needsLabels,
  textExamples,
  textFingerprint,
  textProcessor,
} from "../shared/text_examples.ts";
import { type Prediction, predictionsOfTexts } from "./prediction.ts";
import { displayOfPredictions } from "./prediction_display.ts";

/** A text to label, or a pair of texts where the task is on pairs. */
export type TextInput = string | readonly [text: string, pair: string];

/** A task and what its columns mean. */
export interface LabelledTextsOptions<Kind extends LabelKind> {
  readonly task: Task<Predictions<Kind>, TextInput, Prediction>;
  readonly text: string;
  readonly pair: string | undefined;
  readonly labelled: LabelColumn<Kind>;
  readonly labels: readonly string[];
}

/** Examples that know their labels, for the baseline. */
type LabelledTexts<Kind extends LabelKind> = Examples<Predictions<Kind>, Prediction> & WithTruth;

/** The task with its labels. */
export function labelledTexts<Kind extends LabelKind>(
  options: LabelledTextsOptions<Kind>,
): LabelledTask<Predictions<Kind>, TextInput, Prediction> {
  const { task, labelled: { kind }, labels } = options;
  return {
    task,
    labels,
    head: { name: "classification", outputs: labels.length },
    signature: {
      pipeline: "text-classification",
      peftTaskType: "SEQ_CLS",
      autoClass: "AutoModelForSequenceClassification",
      config: labelFields(kind, labels),
    },
    examples: (table, processor, settings) => examplesOf(table, processor, settings, options),
    checkHeldOut: (table, where) => checkHeldOut(table, where, options),
    tableOf: (inputs) => tableOf(inputs, options),
    display: displayOfPredictions,
    ...(kind === "single" ? { baseline: (train, held) => mostFrequent(labels, train, held) } : {}),
  };
}

function checkHeldOut<Kind extends LabelKind>(
  table: Table,
  where: string,
  { text, pair, labelled, labels }: LabelledTextsOptions<Kind>,
): void {
  for (const column of pair === undefined ? [text] : [text, pair]) {
    textColumn(table, column, { where });
  }
  labelled.read(table, where, labels);
}

async function examplesOf<Kind extends LabelKind>(
  table: Table,
  processor: Processor,
  { where, labelled: isLabelled = true, signal }: ExamplesOptions,
  { task, text, pair, labelled, labels }: LabelledTextsOptions<Kind>,
): Promise<LabelledTexts<Kind>> {
  const own = textProcessor(task.name, processor);
  // As Python reads such a model: of the last token that is no padding.
  const tokenizer = own.poolsLast ? own.tokenizer.withoutClosing(own.padId) : own.tokenizer;
  const { examples: sequences, truncated } = await encodeRows(table, tokenizer, {
    text,
    maxTokens: own.maxTokens,
    where,
    signal,
    ...(pair === undefined ? {} : { pair }),
  });
  const { kind } = labelled;
  const found = isLabelled ? labelled.read(table, where, labels) : undefined;
  const targets = found ? labelTargets(found) : new Float32Array();
  const source = sourceRows(table, where);
  return {
    ...textExamples({ rows: sequences.length, sequences, truncated }, own),
    ...(found ? { truth: truthOf(found) } : {}),
    fingerprint: textFingerprint(sequences, targets),
    objective({ labelSmoothing, classWeights, focalGamma }) {
      const objective = classificationObjective({
        kind,
        outputs: labels.length,
        targets,
        ...(labelSmoothing === undefined ? {} : { labelSmoothing }),
        ...(focalGamma === undefined ? {} : { focalGamma }),
        ...classWeightsOf(classWeights, found),
      });
      return found ? objective : withoutLoss(objective);
    },
    predictions(outputs) {
      outputs.forEach((output, row) => checkOutput(output, source.placeOf(row)));
      return predictionsOf({
        kind,
        labels,
        logits: joinOutputs(outputs),
        truth: truthOf(found ?? needsLabels("predictions")),
      }) as Predictions<Kind>;
    },
    answers: (outputs) =>
      predictionsOfTexts(columnValues(table, text).map(String), joinOutputs(outputs), {
        kind,
        labels,
      }),
  };
}

function tableOf(
  inputs: readonly TextInput[],
  { text, pair }: Pick<LabelledTextsOptions<LabelKind>, "text" | "pair">,
): Table {
  const firsts = inputs.map((input) => Array.isArray(input) ? input[0] : input);
  if (pair === undefined) {
    const at = inputs.findIndex((input) => Array.isArray(input));
    if (at < 0) return tableFromColumns({ [text]: firsts }, "the texts");
    throw new TunebookError(
      "input",
      `the model labels single texts, but input ${
        at + 1
      } is a list; for pairs name the column of ` +
        "the second text in the task, as pair",
    );
  }
  if (!inputs.every((input) => Array.isArray(input) && input.length === 2)) {
    throw new TunebookError(
      "input",
      `the model labels pairs of texts: give [text, pair] for each, as "${text}" and "${pair}" were`,
    );
  }
  return tableFromColumns({ [text]: firsts, [pair]: inputs.map((input) => input[1]) }, "the texts");
}
