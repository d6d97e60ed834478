/**
 * The files that describe a tokenizer.
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import { messageOf, TunebookError } from "../core/errors.ts";
import { parseJson } from "../core/parse_json.ts";
import { readText } from "../core/read_text.ts";

/** Where a tokenizer comes from. */
export interface TokenizerFiles {
  /** The path of `tokenizer.json`, or of a GGUF file. */
  tokenizer: string;
  /**
   * The path of `tokenizer_config.json`; the special tokens are derived where it is absent. A GGUF
   * file has them itself.
   */
  tokenizerConfig?: string;
  /** The path of `chat_template.jinja`, which counts before the template in `tokenizer_config.json`. */
  chatTemplate?: string;
  /** `model_type` of the model's config.json. */
  modelType?: string;
  /** The model's config.json, against which the vocabulary's size is checked. */
  config?: Readonly<Record<string, unknown>>;
}

/** Reads a JSON object. Throws a `TunebookError` of kind "weights" that names the file. */
export async function readJsonObject(path: string): Promise<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseJson(await readText(path));
  } catch (error) {
    throw new TunebookError(
      "weights",
      `cannot read the tokenizer file ${path}: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
  if (isRecord(value)) {
    return value as Record<string, unknown>;
  }
  throw new TunebookError("weights", `${path} must hold a JSON object`);
}
