/**
 * What a model says about the words of held-out rows.
 *
 * @module
 */
import type { AnyPredictions } from "./predictions.ts";
import type { TagScheme } from "./tags/tag_scheme.ts";

/** The tag of each word, true and predicted. */
export interface TagPredictions extends AnyPredictions {
  readonly kind: "tags";
  /** The tags by number. */
  readonly labels: readonly string[];
  /** How the tags say where entities begin and end; `plain` where there are none. */
  readonly scheme: TagScheme;
  /** For each row the number of each word's tag in `labels`, [words]. */
  readonly truth: readonly Int32Array[];
  /** The same of what was predicted; −1 for a word that the tokenizer makes no token of. */
  readonly predicted: readonly Int32Array[];
}

/** The names of a row's tags; a word without a prediction counts as one outside of all entities. */
export function tagNames(labels: readonly string[], tags: Int32Array): string[] {
  return Array.from(tags, (tag) => labels[tag] ?? "O");
}
