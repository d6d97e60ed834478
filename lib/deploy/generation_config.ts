/**
 * generation_config.json of folders whose model writes: where its answers end, and what the base's said.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../core/atomic.ts";
import { type Model, textConfig } from "../nn/model.ts";
import type { TextProcessor } from "../nn/processor.ts";
import type { Writing } from "../nn/writing.ts";
import { readJsonObject } from "../text/tokenizer_files.ts";
import type { WrittenModel } from "./trained_model.ts";

/** Settings of generation that old checkpoints of encoder-decoders have in config.json. */
const oldSettings = [
  "bad_words_ids",
  "early_stopping",
  "forced_bos_token_id",
  "forced_eos_token_id",
  "length_penalty",
  "no_repeat_ngram_size",
  "num_beams",
  "repetition_penalty",
];

function toldIn({ family, json }: Model): Record<string, unknown> {
  if (!family.decoder) return {};
  return Object.fromEntries(
    oldSettings.filter((name) => json[name] != null).map((name) => [name, json[name]]),
  );
}

/** How the answers of an encoder-decoder begin. */
function beginningOf(writing: Writing, processor: TextProcessor): Record<string, unknown> {
  const start = writing.promptOf("", processor, "the start");
  const forced = writing.forcedFirstToken?.(processor);
  return {
    decoder_start_token_id: start[start.length - 1],
    ...(forced === undefined ? {} : { forced_bos_token_id: forced }),
  };
}

/** Writes the file; nothing for a model that writes no texts. */
export async function writeGenerationConfig(trained: WrittenModel, folder: string): Promise<void> {
  const { task: { writing }, processor, files, trainable: { model } } = trained;
  if (!writing || processor.input !== "text") return;
  const base = files.generationConfig
    ? await readJsonObject(files.generationConfig)
    : toldIn(model);
  const named = [base.eos_token_id, model.json.eos_token_id].flat()
    .filter((id) => typeof id === "number");
  const ends = [...new Set([...named, ...writing.endTokens?.(processor) ?? []])];
  const config = {
    ...base,
    ...(ends.length > 0 ? { eos_token_id: ends.length === 1 ? ends[0] : ends } : {}),
    pad_token_id: textConfig(model).padId,
    ...(model.family.decoder ? beginningOf(writing, processor) : {}),
  };
  await writeFileAtomic(
    join(folder, "generation_config.json"),
    JSON.stringify(config, null, 2) + "\n",
  );
}
