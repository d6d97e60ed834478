/**
 * How the tokens of a text become one vector.
 *
 * @module
 */

/** The ways to pool. */
export const poolingNames = ["mean", "cls", "last"] as const;

/** `mean` of all tokens, `cls` the first token, `last` the last one. */
export type PoolingName = typeof poolingNames[number];

/** What makes a text's vector of its tokens. */
export interface SentenceSettings {
  readonly pooling: PoolingName;
  /** Whether vectors are made to length 1. */
  readonly normalize: boolean;
}

/** What a sentence-transformers folder says of its model beside the transformer. */
export interface SentenceSource extends SentenceSettings {
  /** `max_seq_length`: longer texts are truncated. */
  readonly maxTokens?: number;
  /** Why the folder's own vectors cannot be made here, such as a layer after pooling. */
  readonly obstacle?: string;
}
