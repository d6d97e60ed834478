/**
 * generation_config.json of folders whose model writes: where its answers end, and what the base's said.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../core/atomic.ts";
import { textConfig } from "../nn/model.ts";
import { readJsonObject } from "../text/tokenizer_files.ts";
import type { TrainedModel } from "./trained_model.ts";

/** Writes the file; nothing for a model that writes no texts. */
export async function writeGenerationConfig(trained: TrainedModel, folder: string): Promise<void> {
  const { task: { writing }, processor, files, trainable: { model } } = trained;
  if (!writing || processor.input !== "text") return;
  const base = files.generationConfig ? await readJsonObject(files.generationConfig) : {};
  const named = [base.eos_token_id, model.json.eos_token_id].flat()
    .filter((id) => typeof id === "number");
  const ends = [...new Set([...named, ...writing.endTokens?.(processor) ?? []])];
  const config = {
    ...base,
    ...(ends.length > 0 ? { eos_token_id: ends.length === 1 ? ends[0] : ends } : {}),
    pad_token_id: textConfig(model).padId,
  };
  await writeFileAtomic(
    join(folder, "generation_config.json"),
    JSON.stringify(config, null, 2) + "\n",
  );
}
