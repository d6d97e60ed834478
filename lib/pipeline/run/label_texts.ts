/**
 * Labels new texts with a trained model.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { encodeRows } from "../../data/encode_rows.ts";
import { batchFeeds } from "../../data/feeds.ts";
import type { Predictor } from "../../evaluate/predict.ts";
import { predictionsOf } from "../../metrics/predictions.ts";
import { tableFromColumns } from "../../table/table.ts";
import type { Encoding, PreparedData } from "./prepare_data.ts";
import type { Prediction } from "./run_result.ts";

/** Encodes the texts, runs the model, and gives labels with their probabilities. */
export async function labelTexts(
  texts: readonly string[],
  predictor: Predictor,
  { kind, labels }: Pick<PreparedData, "kind" | "labels">,
  { tokenizer, maxTokens, padId, usesTypes, signal }: Encoding,
): Promise<Prediction[]> {
  if (kind === "language") {
    throw new TunebookError(
      "unsupported",
      "the model predicts next tokens and has no labels to give; writing texts is not there yet",
    );
  }
  if (texts.length === 0) return [];
  const table = tableFromColumns({ text: texts }, "the texts");
  const encoded = await encodeRows(table, tokenizer, {
    text: "text",
    maxTokens,
    where: "the texts",
    signal,
  });
  const logits = await predictor.logits({
    lengths: encoded.lengths,
    feedsOf: (rows) => batchFeeds(encoded.examples, rows, { padId, usesTypes }),
  }, { signal });
  return labelled(texts, logits, { kind, labels });
}

/** What logits [texts · labels] say about texts. */
export function labelled(
  texts: readonly string[],
  logits: Float32Array,
  { kind, labels }: Pick<PreparedData, "kind" | "labels">,
): Prediction[] {
  const outputs = labels.length;
  const unknownTruth = new Float32Array(kind === "single" ? texts.length : logits.length);
  const { probabilities, predicted } = predictionsOf({ kind, labels, logits, truth: unknownTruth });
  return texts.map((text, row) => {
    const own = (values: ArrayLike<number>, at: number) => values[row * outputs + at];
    const byLabel = Object.fromEntries(labels.map((label, i) => [label, own(probabilities, i)]));
    const label = kind === "single"
      ? labels[predicted[row]]
      : kind === "multi"
      ? labels.filter((_, i) => own(predicted, i) === 1)
      : own(predicted, 0);
    return { text, label, probabilities: byLabel };
  });
}
