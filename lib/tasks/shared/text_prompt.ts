/**
 * A text that a model goes on with.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { shownValue } from "../../core/shown_value.ts";
import { aroundText } from "../../text/around_text.ts";
import type { TextProcessor } from "../../nn/processor.ts";

/**
 * The tokens of a text with what the tokenizer puts before texts, and without what it puts behind them.
 *
 * Throws an error of kind "input" for what is no text, and for an empty one where the tokenizer puts
 * nothing before it.
 */
export function textPrompt(
  input: unknown,
  { tokenizer }: Pick<TextProcessor, "tokenizer">,
  where: string,
): Int32Array {
  if (typeof input !== "string") {
    throw new TunebookError("input", `${where} is ${shownValue(input)}, but must be a text`);
  }
  const { ids } = tokenizer.encode(input);
  return ids.subarray(0, ids.length - aroundText(tokenizer).behind.length);
}

/** About the first half of a text, up to a space where there is one: what a model can go on from. */
export function beginningOf(text: string): string {
  const half = Math.ceil(text.length / 2);
  const space = text.lastIndexOf(" ", half);
  return space > 0 ? text.slice(0, space) : text.slice(0, half);
}
