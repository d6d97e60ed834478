/**
 * The schema or the grammar of settings as a constraint.
 *
 * @module
 */
import type { GenerateSettings } from "./generate_settings.ts";
import { type OutputConstraint, outputConstraint } from "./grammar/output_constraint.ts";
import { readGrammar } from "./grammar/read_grammar.ts";
import type { TokenVocabulary } from "./grammar/token_trie.ts";
import { schemaGrammar } from "./json_schema/schema_grammar.ts";

/**
 * What binds the answers of a generation; undefined where nothing does. It is made once and serves all
 * prompts, answers and beams; its `process` goes into `logitsProcessors`.
 *
 * Throws as `schemaGrammar`, `readGrammar` and `outputConstraint` do.
 */
export function settingsConstraint(
  { schema, grammar, stopTokens }: Pick<GenerateSettings, "schema" | "grammar" | "stopTokens">,
  tokenizer: TokenVocabulary,
): OutputConstraint | undefined {
  if (schema !== undefined) return outputConstraint(schemaGrammar(schema), tokenizer, stopTokens);
  if (grammar !== undefined) return outputConstraint(readGrammar(grammar), tokenizer, stopTokens);
  return undefined;
}
