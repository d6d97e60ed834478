/**
 * Reads tokenizer.json and tokenizer_config.json as transformers does.
 *
 * @module
 */
import { readText } from "../core/read_text.ts";
import { followSettings } from "./python_settings.ts";
import { readJsonObject, type TokenizerFiles } from "./tokenizer_files.ts";

/** Both files. */
export interface TokenizerJson {
  /** tokenizer.json, with what the settings say otherwise. */
  readonly json: Readonly<Record<string, unknown>>;
  /** tokenizer_config.json with the chat template of its own file; empty where there is none. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Throws a `TunebookError` that names the file for what cannot be read or followed. */
export async function readTokenizerFiles(files: TokenizerFiles): Promise<TokenizerJson> {
  const json = await readJsonObject(files.tokenizer);
  const written = files.tokenizerConfig ? await readJsonObject(files.tokenizerConfig) : {};
  const template = files.chatTemplate && await readText(files.chatTemplate);
  const settings = template === undefined ? written : { ...written, chat_template: template };
  return { json: followSettings(json, settings, files), settings };
}
