/**
 * Reads tokenizer.json and tokenizer_config.json as transformers does.
 *
 * @module
 */
import { followSettings } from "./python_settings.ts";
import { readJsonObject, type TokenizerFiles } from "./tokenizer_files.ts";

/** Both files. */
export interface TokenizerJson {
  /** tokenizer.json, with what the settings say otherwise. */
  readonly json: Readonly<Record<string, unknown>>;
  /** tokenizer_config.json; empty where there is none. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Throws a `TunebookError` that names the file for what cannot be read or followed. */
export async function readTokenizerFiles(files: TokenizerFiles): Promise<TokenizerJson> {
  const json = await readJsonObject(files.tokenizer);
  const settings = files.tokenizerConfig ? await readJsonObject(files.tokenizerConfig) : {};
  return { json: followSettings(json, settings, files), settings };
}
