/**
 * The golden adapters of `make_several.py`, opened on a golden model and run as rows of one base.
 *
 * @module
 */
import { readPeftFiles } from "../../lib/adapters/peft/files.ts";
import { loadedAdapter } from "../../lib/adapters/peft/folder.ts";
import { type OpenedAdapter, sharedAdapter } from "../../lib/adapters/several/shared_adapter.ts";
import type { HostTensor } from "../../lib/engine/mod.ts";
import type { SharedModel } from "../../lib/evaluate/shared_model.ts";
import type { StackedAdapter } from "../../lib/nn/stacked_weights.ts";
import type { Model } from "../../lib/nn/model.ts";
import { textClassification } from "../../lib/tasks/text_classification.ts";
import { goldenPath } from "../models/golden.ts";

const inputNames = ["input_ids", "attention_mask", "token_type_ids"];

/** A golden file. */
export type Tensors = Readonly<Record<string, HostTensor>>;

/** The golden adapter in a folder. */
export async function openGolden(folder: string, model: Model): Promise<OpenedAdapter> {
  const files = await readPeftFiles(goldenPath(folder));
  const { attached, values } = loadedAdapter(files, model);
  const trained = { model, attached, values };
  const entry = sharedAdapter(folder, trained);
  const labels = Array.from({ length: entry.outputs }, (_, i) => `LABEL_${i}`);
  const task = textClassification({ text: "text", label: "label" }).withLabels(labels);
  return { ...trained, entry, task };
}

/** The logits of all golden rows, one after the other. */
export async function rowLogits(
  shared: SharedModel,
  batch: Tensors,
  entryOf: (row: number) => StackedAdapter,
): Promise<number[]> {
  const [rows, length] = batch.input_ids.shape;
  const logits = await shared.logits({
    lengths: Array<number>(rows).fill(length),
    entryOf,
    feedsOf: (chosen) =>
      Object.fromEntries(
        inputNames.filter((name) => batch[name]).map((name) => {
          const parts = Array.from(chosen, (row) => [
            ...batch[name].data.slice(row * length, (row + 1) * length),
          ]);
          return [name, { shape: [chosen.length, length], data: Int32Array.from(parts.flat()) }];
        }),
      ),
  });
  return logits.flatMap((row) => [...row]);
}
