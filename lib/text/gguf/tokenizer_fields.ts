/**
 * What both kinds of vocabularies give for tokenizer.json.
 *
 * @module
 */

type Json = Readonly<Record<string, unknown>>;

/** Fields of tokenizer.json, and what else is needed to write it. */
export interface TokenizerFields {
  readonly model: Json;
  readonly normalizer: Json | null;
  readonly preTokenizer: Json | null;
  readonly decoder: Json;
  /** What stands before the special tokens of a text, if anything. */
  readonly postProcessor?: Json;
  /** Whether the first token is put before texts where the file does not say. */
  readonly addsFirstToken: boolean;
  /** Tokens by id, as the model's vocabulary has them where they differ from the file's. */
  readonly tokens: readonly string[];
}
