/**
 * Reads tokenizer.json and tokenizer_config.json as transformers does, or what stands for them in a
 * GGUF file.
 *
 * @module
 */
import { readText } from "../core/read_text.ts";
import { isGguf } from "../core/gguf/read_gguf.ts";
import { readGgufSettings, readGgufTokenizer } from "./gguf/gguf_tokenizer.ts";
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
  if (isGguf(files.tokenizer)) return await readGgufTokenizer(files.tokenizer);
  const json = await readJsonObject(files.tokenizer);
  const written = await readTokenizerSettings(files.tokenizerConfig);
  const template = files.chatTemplate && await readText(files.chatTemplate);
  const settings = template === undefined ? written : { ...written, chat_template: template };
  return { json: followSettings(json, settings, files), settings };
}

/**
 * tokenizer_config.json alone, with the chat template where it has one; empty for no path.
 *
 * @param path that of the file, or of a GGUF file
 */
export async function readTokenizerSettings(
  path: string | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  if (path === undefined) return {};
  return isGguf(path) ? await readGgufSettings(path) : await readJsonObject(path);
}
