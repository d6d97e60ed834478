/**
 * What every run of a plan needs of its pretrained model before any weight is read.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { readModelConfig } from "../../models/load_model.ts";
import type { Family, TextConfig } from "../../nn/family.ts";
import { loadTokenizer, type Tokenizer } from "../../text/tokenizer.ts";
import type { ModelFolder } from "../../weights/model_files.ts";
import { resolveModel } from "../../weights/resolve_model.ts";

/** A model's files, its configuration and its tokenizer. */
export interface Base {
  readonly files: ModelFolder;
  readonly family: Family;
  readonly config: TextConfig;
  readonly tokenizer: Tokenizer;
  /** `config.json` as it was read. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** Finds or downloads a model and opens its tokenizer; a model without one is an error. */
export async function openBase(reference: string, signal?: AbortSignal): Promise<Base> {
  const files = await resolveModel(reference, { signal });
  const { family, config, json } = await readModelConfig(files.config);
  if (!files.tokenizer) {
    throw new TunebookError("weights", `${files.folder} has no tokenizer.json`);
  }
  const tokenizer = await loadTokenizer({
    tokenizer: files.tokenizer,
    modelType: family.modelType,
    config: json,
    ...(files.tokenizerConfig ? { tokenizerConfig: files.tokenizerConfig } : {}),
  });
  return { files, family, config, tokenizer, json };
}
