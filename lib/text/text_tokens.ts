/**
 * Tokens without special tokens, and where they come from.
 *
 * @module
 */

/** The tokens of one text without special tokens, and the stretch of the text that each covers. */
export interface TextTokens {
  /** Token ids, [tokens]. */
  ids: Int32Array;
  /** Where each token starts in the text, in UTF-16 code units as `text.slice` takes, [tokens]. */
  starts: Int32Array;
  /** Where each token ends, exclusive, [tokens]. Tokens of one character's bytes share its span. */
  ends: Int32Array;
}

/** The tokens of a list of words without special tokens. */
export interface WordTokens {
  /** Token ids, [tokens]. */
  ids: Int32Array;
  /** The index of the word that a token belongs to, [tokens]; a word may have no token. */
  wordOf: Int32Array;
  /** Where each token starts in its word, in UTF-16 code units, [tokens]. */
  starts: Int32Array;
  /** Where each token ends in its word, exclusive, [tokens]. */
  ends: Int32Array;
}

/** One or two lists of token ids with the model's special tokens. */
export interface Joined {
  /** Token ids, [tokens]. */
  ids: Int32Array;
  /** Which list a token is of, 0 or 1, [tokens]; all 0 in families without segments. */
  types: Int32Array;
  /** Where the first list starts in `ids`. */
  firstStart: number;
  /** Where the second list starts in `ids`; only when there is one. */
  secondStart?: number;
}
