/**
 * The rows of the word table that training has to hold, and the table after so many steps.
 *
 * AdamW and Lion move a row that never has a gradient by weight decay alone: their moments stay zero,
 * so each step multiplies it by 1 − learning rate · weight decay. The product of these factors, known
 * from the schedule, gives such a row after any number of steps, and its average.
 *
 * @module
 */
import type { TrainingRows } from "./training_rows.ts";
import type { FrozenSource } from "../engine/mod.ts";
import type { AttachedMethod } from "../nn/method.ts";
import { textConfig } from "../nn/model.ts";
import { frozenOf, type TrainableModel } from "../nn/trainable_model.ts";
import { trainedWeights } from "../nn/trained.ts";
import { putRows, takeRows, wordRowIndex, type WordRows, wordRows } from "../nn/word_rows.ts";
import { optimizerNamed } from "./optimizers/mod.ts";
import type { TrainSettings } from "./train_options.ts";

type Trained = Pick<TrainableModel, "model" | "adapter">;

/**
 * The largest share of a table's rows for which holding them apart pays: validation needs the whole
 * parameters once more, and the rows that are left out must be worth their memory.
 */
const maxShare = 0.75;
/** Rows that are read at a time. */
const rowsAtOnce = 256;

/**
 * The rows that occur, or nothing where the whole table has to be held: it is not trained, most of
 * it occurs, the method may look into it, or the optimizer moves rows without a gradient in a way of
 * its own.
 */
export async function occurringWords(
  { model, adapter }: Trained,
  rows: TrainingRows,
  { optimizer = "adamw" }: Partial<Pick<TrainSettings, "optimizer">> = {},
): Promise<WordRows | undefined> {
  if (!optimizerNamed(optimizer).shrinksIdle) return undefined;
  const { stack } = model.family;
  // A language head gives every word a score, and may do so with this table.
  const readsTable = model.headRequest.name === "language";
  if (!stack?.wordTable || readsTable || looksInside(adapter)) return undefined;
  const { wordTable } = stack;
  const { padId } = textConfig(model);
  const path = `${wordTable}.weight`;
  const weight = trainedWeights(model, adapter).find((each) => each.path === path);
  if (!weight) return undefined;
  // An id outside of the table leaves no mark; the step refuses it.
  const occurs = new Uint8Array(weight.shape[0]);
  occurs[padId] = 1;
  for (let start = 0; start < rows.lengths.length; start += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows.lengths.length - start);
    const { input_ids } = await rows.feedsOf(Array.from({ length: count }, (_, i) => start + i));
    for (const id of input_ids.data) occurs[id] = 1;
  }
  const words = wordRows(path, occurs);
  return words.ids.length <= maxShare * occurs.length ? words : undefined;
}

/** True for a method whose hooks may read the table or its values. */
function looksInside(adapter: AttachedMethod): boolean {
  const { linearInput, weight, output, input, keysValues, penalty, afterStep } = adapter;
  return [linearInput, weight, output, input, keysValues, penalty, afterStep]
    .some((hook) => hook !== undefined);
}

/** The frozen inputs of a gradient program. */
export function gradientSource(trained: Trained, words?: WordRows): FrozenSource {
  const frozen = frozenOf(trained);
  return (name) => words && name === wordRowIndex ? words.places : frozen(name);
}

/** A weight before the first step. */
export function initialWeight({ model, adapter }: Trained, path: string): Float32Array {
  return adapter.initialWeights?.get(path) ?? model.weights.get(path)!;
}

/** The rows of the table that training holds, before the first step. */
export function initialRows(trained: Trained, words: WordRows): Float32Array {
  return takeRows(words, initialWeight(trained, words.path));
}

/** The whole table, given the rows that were trained and what all others are multiplied with. */
export function wholeTable(
  trained: Trained,
  words: WordRows,
  rows: Float32Array,
  idleFactor: number,
): Float32Array {
  const table = initialWeight(trained, words.path).slice();
  if (idleFactor !== 1) { for (let i = 0; i < table.length; i++) table[i] *= idleFactor; }
  putRows(words, table, rows);
  return table;
}
