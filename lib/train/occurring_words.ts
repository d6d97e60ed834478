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
import { type FrozenSource, heldSource, sizeOf } from "../engine/mod.ts";
import type { Weight } from "../nn/layer.ts";
import type { AttachedMethod } from "../nn/method.ts";
import { type Model, modelWeights, textConfig } from "../nn/model.ts";
import { frozenOf, type TrainableModel } from "../nn/trainable_model.ts";
import { trainedWeights } from "../nn/trained.ts";
import {
  frozenRowsName,
  putRows,
  takeRows,
  wordRowIndex,
  type WordRows,
  wordRows,
} from "../nn/word_rows.ts";
import { freeGiven, giveAway } from "../core/given_away.ts";
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
 * its own, as the one that several processes meet by does.
 */
export async function occurringWords(
  { model, adapter }: Trained,
  rows: TrainingRows,
  { optimizer = "adamw", sync }: Partial<Pick<TrainSettings, "optimizer" | "sync">> = {},
): Promise<WordRows | undefined> {
  if (sync || !optimizerNamed(optimizer).shrinksIdle || looksInside(adapter)) return undefined;
  const path = wordTableOf(model);
  const weight = path && trainedWeights(model, adapter).find((each) => each.path === path);
  return weight ? await chosenRows(model, rows, weight) : undefined;
}

/**
 * The rows of a frozen word table that occur: a step reads no others, so that they need neither be converted
 * nor be written for the runtime. Nothing where the table is trained, or small, or where most of it occurs or
 * looking through all tokens would take longer.
 */
export async function occurringFrozenWords(
  { model, adapter }: Trained,
  rows: TrainingRows,
): Promise<WordRows | undefined> {
  const path = wordTableOf(model);
  const isTrained = trainedWeights(model, adapter).some((each) => each.path === path);
  const weight = modelWeights(model).find((each) => each.path === path);
  if (isTrained || !weight || model.quantized?.has(weight.path)) return undefined;
  if (model.products?.has(weight.path) || sizeOf(weight.shape) < leastFrozen) return undefined;
  const tokens = Array.from(rows.lengths).reduce((sum, length) => sum + length, 0);
  return tokens <= mostTokens ? await chosenRows(model, rows, weight) : undefined;
}

/** Numbers of a frozen table from which on leaving rows out pays for looking which ones occur. */
const leastFrozen = 1 << 20;
/** Tokens that are looked through for that; they take some hundredths of a second. */
const mostTokens = 1 << 20;

/** The path of a word table that a batch of token ids reads by rows, and nothing else does. */
function wordTableOf({ family, headRequest }: Model): string | undefined {
  // A language head gives every word a score, and may do so with this table.
  const readsTable = headRequest.name === "language" || family.decoder !== undefined;
  return family.stack?.wordTable && !readsTable ? `${family.stack.wordTable}.weight` : undefined;
}

/** The rows of the table that occur in the data, unless most of them do. */
async function chosenRows(
  model: Model,
  rows: TrainingRows,
  { path, shape }: Weight,
): Promise<WordRows | undefined> {
  const { padId } = textConfig(model);
  // An id outside of the table leaves no mark; the step refuses it.
  const occurs = new Uint8Array(shape[0]);
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

/** The frozen inputs of a gradient program, with the rows of the word table that it holds or reads. */
export function gradientSource(trained: Trained, words?: WordRows): FrozenSource {
  const frozen = frozenOf(trained);
  return heldSource((name) => {
    if (words && name === wordRowIndex) return words.places;
    if (!words || name !== frozenRowsName(words)) return frozen(name);
    const table = frozen(words.path) as Float32Array;
    const rows = takeRows(words, table);
    freeGiven(table);
    return giveAway(rows);
  }, frozen.holderOf);
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
