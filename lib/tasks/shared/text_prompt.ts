/**
 * A text that a model goes on with.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { TextProcessor } from "../../nn/processor.ts";

/**
 * The tokens of a text with what the tokenizer puts before texts, and without what it puts behind them.
 *
 * Throws an error of kind "input" for what is no text, and for an empty one where the tokenizer puts
 * nothing before it.
 */
export function textPrompt(
  input: unknown,
  { tokenizer }: TextProcessor,
  where: string,
): Int32Array {
  if (typeof input !== "string") {
    throw new TunebookError("input", `${where} is ${shownValue(input)}, but must be a text`);
  }
  const { ids } = tokenizer.encode(input);
  return ids.subarray(0, ids.length - closingTokens(tokenizer));
}

/** How many special tokens the tokenizer puts behind a text. */
function closingTokens({ join }: TextProcessor["tokenizer"]): number {
  const around = join([]).ids;
  let inner = 0;
  while (around.includes(inner)) inner++;
  return around.length - join([inner]).ids.indexOf(inner);
}
