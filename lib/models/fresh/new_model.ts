/**
 * Makes the folder of a new model: sizes, a tokenizer trained on texts, fresh weights.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { makeFolderOnce, writeFileAtomic } from "../../core/atomic.ts";
import { TunebookError } from "../../core/errors.ts";
import { exists } from "../../core/exists.ts";
import { newTokenizer } from "../../text/train/new_tokenizer.ts";
import { writeSafetensors } from "../../weights/write_safetensors.ts";
import { familyOf } from "../mod.ts";
import { newFamilyOf } from "./new_families.ts";
import type { NewFamily } from "./new_family.ts";
import type { NewModelOptions, NewModelSettings } from "./new_options.ts";
import { newModelSettings, pairsOf } from "./new_settings.ts";
import { newWeights } from "./new_weights.ts";

/** Where new models are kept, beside what a run keeps; the same options and texts are the same folder. */
const home = ".tunebook/new";

/**
 * Makes a new model in a folder of the working folder, unless it is there, and gives the folder's path.
 * The tokenizer of a model that takes text is trained on `texts`. Throws an error of kind "input" for options that make no sense
 * and of kind "data" where there is no text.
 */
export async function newModelFolder(
  modelType: string,
  options: NewModelOptions,
  texts: readonly string[],
): Promise<string> {
  const settings = newModelSettings(modelType, options);
  const fresh = newFamilyOf(modelType);
  const hash = createHash("sha256").update(JSON.stringify([modelType, settings]));
  if (fresh.input !== "image") {
    if (texts.every((text) => text === "")) {
      throw new TunebookError("data", `new:${modelType} has no text to train its tokenizer on`);
    }
    for (const text of texts) hash.update(text).update("\0");
  }
  const folder = join(home, `${modelType}-${hash.digest("hex").slice(0, 16)}`);
  if (await exists(folder)) return folder;
  const { json, files } = fresh.input === "image"
    ? imageFiles(fresh, settings)
    : textFiles(fresh, settings, texts);
  const family = familyOf(modelType);
  const tensors = newWeights(family, fresh, family.readConfig(json), settings.seed);
  await makeFolderOnce(folder, async (temporary) => {
    for (const [file, value] of Object.entries({ "config.json": json, ...files })) {
      await writeFileAtomic(join(temporary, file), JSON.stringify(value));
    }
    await writeSafetensors(join(temporary, "model.safetensors"), tensors, { format: "pt" });
  });
  return folder;
}

/** What stands beside the weights: `config.json`, and other files by name. */
interface NewFiles {
  readonly json: Readonly<Record<string, unknown>>;
  readonly files: Readonly<Record<string, unknown>>;
}

function imageFiles(fresh: NewFamily, settings: NewModelSettings): NewFiles {
  const [preprocessor, scheduler] = [fresh.preprocessor?.(settings), fresh.scheduler?.(settings)];
  return {
    json: fresh.config(settings, 0),
    files: {
      ...(preprocessor ? { "preprocessor_config.json": preprocessor } : {}),
      ...(scheduler ? { "scheduler_config.json": scheduler } : {}),
    },
  };
}

function textFiles(
  fresh: NewFamily,
  settings: NewModelSettings,
  texts: readonly string[],
): NewFiles {
  const pairs = pairsOf(fresh, settings);
  const made = newTokenizer(texts, settings.tokenizer, settings.vocabulary, pairs);
  const json = fresh.config(settings, made.vocabSize);
  const { positions } = settings;
  // Without it transformers stops after 20 tokens.
  const told = ["eos_token_id", "pad_token_id", "decoder_start_token_id", "forced_eos_token_id"]
    .filter((name) => name in json)
    .map((name) => [name, json[name]]);
  return {
    json,
    files: {
      "tokenizer.json": made.tokenizer,
      "tokenizer_config.json": { ...made.settings, model_max_length: positions },
      ...(pairs
        ? { "generation_config.json": { ...Object.fromEntries(told), max_length: positions } }
        : {}),
    },
  };
}
