/**
 * Takes the white space out of the spans of byte-level tokens.
 *
 * @module
 */

/** Larger code points take two code units. */
const largestUnit = 0xffff;

/** A token with its span in the text. */
export interface SpannedToken {
  readonly text: string;
  readonly id: number;
  start: number;
  end: number;
}

interface PostProcessor {
  type?: unknown;
  trim_offsets?: boolean;
  add_prefix_space?: boolean;
  processors?: PostProcessor[];
}

/**
 * Trims the spans of a text's tokens where the post-processor of tokenizer.json has `trim_offsets`,
 * as `process_offsets` of Python's tokenizers does. With `add_prefix_space` a single space before
 * the first token counts as added and stays; so does it with `spaceBefore`, whatever the setting.
 */
export function trimOffsets(
  json: unknown,
  text: string,
  tokens: SpannedToken[],
  spaceBefore = false,
): void {
  const step = (json ?? {}) as PostProcessor;
  if (step.type === "Sequence") {
    step.processors?.forEach((each) => trimOffsets(each, text, tokens, spaceBefore));
  }
  if (step.type !== "RobertaProcessing" && step.type !== "ByteLevel") return;
  if (step.trim_offsets === false) return;
  tokens.forEach((token, index) => {
    let leading = /^[Ġ\p{White_Space}]*/u.exec(token.text)![0].length;
    const trailing = /[Ġ\p{White_Space}]*$/u.exec(token.text)![0].length;
    const isFirst = index === 0 || token.start === 0;
    const isAdded = spaceBefore || step.add_prefix_space !== false;
    if (leading === 1 && isFirst && isAdded) leading = 0;
    token.start = Math.min(forwards(text, token.start, leading), token.end);
    token.end = Math.max(backwards(text, token.end, trailing), token.start);
  });
}

/** The position `count` characters after `at`. */
function forwards(text: string, at: number, count: number): number {
  for (; count > 0; count--) at += (text.codePointAt(at) ?? 0) > largestUnit ? 2 : 1;
  return at;
}

/** The position `count` characters before `at`, or `at` where there are fewer. */
function backwards(text: string, at: number, count: number): number {
  let moved = at;
  for (; count > 0 && moved >= 0; count--) {
    moved -= (text.codePointAt(moved - 2) ?? 0) > largestUnit ? 2 : 1;
  }
  return moved < 0 ? at : moved;
}
