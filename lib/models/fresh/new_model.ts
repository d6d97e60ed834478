/**
 * Makes the folder of a new model: sizes, a tokenizer trained on texts, fresh weights.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { writeFileAtomic, writeFolderAtomic } from "../../core/atomic.ts";
import { TunebookError } from "../../core/errors.ts";
import { exists } from "../../core/exists.ts";
import { newTokenizer } from "../../text/train/new_tokenizer.ts";
import { writeSafetensors } from "../../weights/write_safetensors.ts";
import { familyOf } from "../mod.ts";
import { newFamilyOf } from "./new_families.ts";
import type { NewModelOptions } from "./new_options.ts";
import { newModelSettings, pairsOf } from "./new_settings.ts";
import { newWeights } from "./new_weights.ts";

/** Where new models are kept, beside what a run keeps; the same options and texts are the same folder. */
const home = ".tunebook/new";

/**
 * Makes a new model in a folder of the working folder, unless it is there, and gives the folder's path.
 * The tokenizer is trained on `texts`. Throws an error of kind "input" for options that make no sense
 * and of kind "data" where there is no text.
 */
export async function newModelFolder(
  modelType: string,
  options: NewModelOptions,
  texts: readonly string[],
): Promise<string> {
  const settings = newModelSettings(modelType, options);
  if (texts.every((text) => text === "")) {
    throw new TunebookError("data", `new:${modelType} has no text to train its tokenizer on`);
  }
  const hash = createHash("sha256").update(JSON.stringify([modelType, settings]));
  for (const text of texts) hash.update(text).update("\0");
  const folder = join(home, `${modelType}-${hash.digest("hex").slice(0, 16)}`);
  if (await exists(folder)) return folder;
  await Deno.mkdir(home, { recursive: true });
  const fresh = newFamilyOf(modelType);
  const pairs = pairsOf(fresh, settings);
  const made = newTokenizer(texts, settings.tokenizer, settings.vocabulary, pairs);
  const json = fresh.config(settings, made.vocabSize);
  const family = familyOf(modelType);
  const tensors = newWeights(family, fresh, family.readConfig(json), settings.seed);
  await writeFolderAtomic(folder, async (temporary) => {
    const write = (file: string, value: unknown) =>
      writeFileAtomic(join(temporary, file), JSON.stringify(value));
    await write("config.json", json);
    await write("tokenizer.json", made.tokenizer);
    await write("tokenizer_config.json", {
      ...made.settings,
      model_max_length: settings.positions,
    });
    if (pairs) {
      // Without it transformers stops after 20 tokens.
      const told = ["eos_token_id", "pad_token_id", "decoder_start_token_id", "forced_eos_token_id"]
        .filter((name) => name in json)
        .map((name) => [name, json[name]]);
      await write("generation_config.json", {
        ...Object.fromEntries(told),
        max_length: settings.positions,
      });
    }
    await writeSafetensors(join(temporary, "model.safetensors"), tensors, { format: "pt" });
  });
  return folder;
}
