/**
 * The rows that a model is looked at with before it is made smaller.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { noAdapter } from "../../nn/merge.ts";
import type { Model } from "../../nn/model.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import { pickRows } from "../../table/source_rows.ts";
import { trainSettings } from "../../train/train_options.ts";
import type { MergeSource } from "../merge/open_for_merge.ts";
import type { DataSource } from "../plan_spec.ts";
import { type AnyExamples, trainableOf } from "../run/assemble_stage.ts";
import { processorOf } from "../run/open_stage.ts";
import { readRows } from "../run/read_stage.ts";

/** Rows as a model takes them, with the model and its loss. */
export interface CalibrationRows {
  readonly examples: AnyExamples;
  readonly trainable: TrainableModel;
}

/** Reads the first rows by the task of the model; errors call them `name`. */
export async function calibrationRows(
  { opened, model, trained: { task, maxTokens } }: MergeSource,
  source: DataSource,
  { name, most = Infinity }: { readonly name: string; readonly most?: number },
): Promise<CalibrationRows> {
  const { table, where } = await readRows(source, task.task, name);
  const length = Math.min(most, table.numRows());
  if (length === 0) throw new TunebookError("data", `${where} has no rows`);
  const some = pickRows(table, Int32Array.from({ length }, (_, row) => row));
  if (task.checkHeldOut) task.checkHeldOut(some, where);
  else task.task.checkRows(some, where);
  const examples = await task.examples(some, processorOf(opened, maxTokens), { where });
  return { examples, trainable: frozenTrainable(model, examples) };
}

/** A model that is not trained, with the loss of rows. */
export function frozenTrainable(model: Model, examples: AnyExamples): TrainableModel {
  // Nothing is trained, the head no more than the rest.
  const frozen = { ...model, head: [] };
  return trainableOf({ model: frozen, adapter: noAdapter }, examples, trainSettings());
}
