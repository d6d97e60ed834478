/**
 * The model that is served: MiniLM with LoRA for the sentiment of review sentences.
 *
 * @module
 */
import { join } from "node:path";
import { adapter, columnValues, lora, merged, model } from "tunebook";
import { sentiment } from "tunebook/datasets";
import { exists } from "../../lib/core/exists.ts";
import { splitTable } from "../../lib/data/split.ts";
import { encoder } from "../cases.ts";

/** What is measured with. */
export interface SentimentFolder {
  /** A folder of transformers, which both servers open. */
  readonly merged: string;
  /** Sentences that were not trained on. */
  readonly texts: readonly string[];
}

const rows = { train: 400, test: 200 };

/** Trains the model by a short run, where the folder has none yet. */
export async function sentimentFolder(folder: string): Promise<SentimentFolder> {
  const { train, test } = splitTable(await sentiment(), { test: rows.test, seed: 1 });
  const at = join(folder, "sentiment");
  const files = { merged: join(at, "merged"), adapter: join(at, "adapter") };
  if (!await exists(join(files.merged, "config.json"))) {
    console.error(`training the model in ${at} …`);
    const { test: some } = splitTable(train, { test: rows.train, seed: 2 });
    const result = await model(encoder)
      .data(some, { text: "text", label: "class", test })
      .adapt(lora())
      .train({ epochs: 2 })
      .deploy(merged(files.merged), adapter(files.adapter))
      .run({ quiet: true });
    await result.dispose();
  }
  return { merged: files.merged, texts: columnValues(test, "text").map(String) };
}
