/**
 * The folder of a merged model.
 *
 * @module
 */
import { join } from "node:path";
import type { MergedModel } from "../../combine/merge/merged_model.ts";
import { writeFileAtomic, writeFolderAtomic } from "../../core/atomic.ts";
import type { FloatDtype } from "../../deploy/float_dtype.ts";
import { writeMerged } from "../../deploy/merged.ts";
import { noAdapter } from "../../nn/merge.ts";
import { modelWeights } from "../../nn/model.ts";
import { referenceOf } from "../../weights/reference.ts";
import { processorOf } from "../run/open_stage.ts";
import { type MergeReceipt, receiptFile, receiptOf, type ReceiptSource } from "./merge_receipt.ts";
import type { MergeSource } from "./open_for_merge.ts";

/** What is written. */
export interface MergeToWrite {
  readonly merge: MergedModel;
  /** The model whose tokenizer and task it has. */
  readonly like: MergeSource;
  readonly about: ReceiptSource;
  readonly dtype?: FloatDtype;
}

/** Writes the weights tensor by tensor, with their receipt. */
export async function writeMerge(
  folder: string,
  { merge: { model, withoutBase }, like, about, dtype = "float32" }: MergeToWrite,
): Promise<MergeReceipt> {
  const { opened, trained: { task, maxTokens } } = like;
  const tensors = modelWeights(model).length;
  const place = { folder, reference: referenceOf(folder), dtype };
  const receipt = receiptOf({ ...place, tensors, withoutBase }, about);
  await writeFolderAtomic(folder, async (inside) => {
    const written = {
      trainable: { model, adapter: noAdapter },
      values: new Map<string, Float32Array>(),
      task,
      files: opened.files,
      processor: processorOf(opened, maxTokens),
      maxTokens,
    };
    await writeMerged(written, inside, { dtype });
    await writeReceipt(inside, receipt);
  });
  return receipt;
}

/** Writes a receipt into a folder. */
export async function writeReceipt(folder: string, receipt: MergeReceipt): Promise<void> {
  await writeFileAtomic(join(folder, receiptFile), JSON.stringify(receipt, null, 2) + "\n");
}
