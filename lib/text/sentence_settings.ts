/**
 * How the tokens of a text become one vector.
 *
 * @module
 */

/** The ways to pool. */
export const poolingNames = ["mean", "cls", "last"] as const;

/** `mean` of all tokens, `cls` the first token, `last` the last one. */
export type PoolingName = typeof poolingNames[number];

/** What a sentence-transformers folder says of its model beside the transformer. */
export interface SentenceSettings {
  readonly pooling: PoolingName;
  /** Whether vectors are made to length 1. */
  readonly normalize: boolean;
  /** Longer texts are truncated, special tokens included; absent where the folder has no limit. */
  readonly maxTokens?: number;
}
