/**
 * Rows of language models as prompts with answers.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import type { Examples } from "../../nn/task.ts";
import type { AnsweredPrompt } from "./on_policy_rows.ts";

/** How rows are cut. */
export interface AnsweredPromptsOptions {
  /** The most tokens of an answer. */
  readonly maxNewTokens: number;
  /** First tokens that are the prompt, of rows whose tokens all count. */
  readonly promptTokens: number;
  readonly processor: TextProcessor;
  /** What errors call the table. */
  readonly where: string;
}

/** Characters of a prompt that an error shows. */
const shownCharacters = 40;

/**
 * Each example's tokens before the last ones that count, and these as far as an answer may go. Where all tokens count,
 * as those of texts, the first `promptTokens` are the prompt, or all but the last token of a shorter one.
 *
 * @throws {TunebookError} of kind `data` with every example whose prompt leaves no room for an answer
 */
export async function answeredPrompts(
  { lengths, feedsOf, countsOf }: Pick<Examples, "lengths" | "feedsOf" | "countsOf">,
  { maxNewTokens, promptTokens, processor: { tokenizer, maxTokens }, where }:
    AnsweredPromptsOptions,
): Promise<AnsweredPrompt[]> {
  const found: AnsweredPrompt[] = [];
  const wrong: string[] = [];
  for (let at = 0; at < lengths.length; at++) {
    const { input_ids } = await feedsOf([at]);
    const ids = Int32Array.from(input_ids.data, Number);
    const { start, end } = answerOf(ids.length, countsOf?.(at), promptTokens);
    const tokens = ids.slice(0, start);
    const words = tokenizer.decode(tokens);
    if (start + maxNewTokens > maxTokens) {
      const shown = words.slice(0, shownCharacters);
      wrong.push(`example ${at + 1}, ${quoted(shown)} …: ${start} tokens`);
    }
    found.push({ tokens, answer: ids.slice(start, Math.min(end, start + maxNewTokens)), words });
  }
  if (wrong.length === 0) return found;
  throw mistakes(
    "data",
    `these prompts of ${where} leave no room for answers of ${maxNewTokens} tokens within ${maxTokens}; shorten or ` +
      "remove them, give a smaller maxNewTokens, or a larger maxTokens to train:",
    wrong,
  );
}

/** Where the answer begins and ends; the first token is predicted by nothing. */
function answerOf(
  length: number,
  counts: ArrayLike<number> | undefined,
  promptTokens: number,
): { readonly start: number; readonly end: number } {
  if (!counts || Array.from(counts).every((count) => count > 0)) {
    return { start: Math.max(1, Math.min(promptTokens, length - 1)), end: length };
  }
  const end = Array.from(counts).findLastIndex((count) => count > 0) + 1;
  let start = end;
  while (start > 1 && counts[start - 1] > 0) start--;
  return { start, end };
}
