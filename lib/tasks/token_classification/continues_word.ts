/**
 * Which tokens go on with a word.
 *
 * @module
 */

/** A token of a vocabulary at its place in a text. */
export interface PlacedToken {
  /** As the vocabulary writes it, `##ing`. */
  readonly token: string;
  /** True for the token that stands for what the vocabulary lacks. */
  readonly unknown: boolean;
  /** In UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/**
 * Whether a token goes on with the word of the one before it, as transformers'
 * `TokenClassificationPipeline` decides it: where the vocabulary marks such tokens with a prefix, they
 * are longer than what they stand for; elsewhere they are those with no space before them.
 */
export function continuesWord(
  { token, unknown, start, end }: PlacedToken,
  text: string,
  subwordPrefix: string | undefined,
): boolean {
  if (unknown) return false;
  if (subwordPrefix) return [...token].length !== [...text.slice(start, end)].length;
  return start > 0 && !text.slice(start - 1, start + 1).includes(" ");
}
