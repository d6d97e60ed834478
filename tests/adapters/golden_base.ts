/**
 * A tiny model of the golden files with a task that fits it.
 *
 * @module
 */
import type { HostTensor } from "../../lib/engine/mod.ts";
import { type Model, textConfig } from "../../lib/nn/model.ts";
import type { Objective } from "../../lib/nn/objective.ts";
import { nextTokenObjective } from "../../lib/tasks/shared/next_token_objective.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { goldenLanguageModel, goldenModel, oneHot } from "../models/golden.ts";
import { isLanguageModel } from "./method_table.ts";

const outputs = 3;

/** A model and its task. */
export interface GoldenBase {
  readonly model: Model;
  readonly objective: Objective;
}

/**
 * Opens a base for the rows of a batch, or of many: `labels` are classes, one for each row; a language
 * model learns the rows themselves, and their first tokens too where virtual tokens stand before them.
 */
export async function openBase(
  base: string,
  batch: Readonly<Record<string, HostTensor>>,
  { hasVirtualTokens = false }: { readonly hasVirtualTokens?: boolean } = {},
): Promise<GoldenBase> {
  const ids = rowsOf(batch.input_ids);
  if (!isLanguageModel(base)) {
    const labels = batch.labels?.data ?? ids.map(() => 0);
    const targets = oneHot(labels, outputs);
    return {
      model: await goldenModel(base, outputs),
      objective: classificationObjective({ kind: "single", outputs, targets }),
    };
  }
  const model = await goldenLanguageModel(base);
  const mask = rowsOf(batch.attention_mask);
  const texts = ids.map((row, at) => ({ ids: row, counts: mask[at] }));
  const { vocabSize } = textConfig(model);
  return {
    model,
    objective: nextTokenObjective({
      texts,
      vocabSize,
      afterVirtualTokens: hasVirtualTokens,
    }),
  };
}

/** The last axis's rows. */
function rowsOf({ shape, data }: HostTensor): number[][] {
  const length = shape.at(-1)!;
  return Array.from(
    { length: data.length / length },
    (_, row) => Array.from(data.slice(row * length, (row + 1) * length)),
  );
}
