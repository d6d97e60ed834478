/**
 * What changes the logits of the next token before one is chosen.
 *
 * @module
 */

/** The tokens that stand before the next one. */
export interface LogitsContext {
  /** Token ids that were given: a decoder's prompt, or the start tokens of an encoder-decoder. */
  readonly prompt: ArrayLike<number>;
  /** Token ids that were written after it. */
  readonly written: ArrayLike<number>;
}

/**
 * Changes the logits [vocabSize] of one row in place; −Infinity forbids a token. A processor may keep
 * buffers between calls, but its result depends on its arguments alone.
 */
export type LogitsProcessor = (logits: Float32Array, context: LogitsContext) => void;

/** The token at a position of prompt and written tokens together. */
export function tokenAt({ prompt, written }: LogitsContext, position: number): number {
  return position < prompt.length ? prompt[position] : written[position - prompt.length];
}

/** Whether the last tokens before the next one are these. */
export function endsWith(context: LogitsContext, tokens: ArrayLike<number>): boolean {
  const length = context.prompt.length + context.written.length;
  if (tokens.length > length) return false;
  for (let i = 0; i < tokens.length; i++) {
    if (tokenAt(context, length - tokens.length + i) !== tokens[i]) return false;
  }
  return true;
}
