/**
 * Writes the likeliest tokens behind prompts.
 *
 * @module
 */
import { likeliestToken } from "../lib/generate/choose_token.ts";
import type { Continuer } from "../lib/generate/continuer.ts";
import {
  type ContinueOptions,
  continueTexts,
  type TextRule,
} from "../lib/generate/continue_texts.ts";

/** How to write. */
export interface WritingOptions extends Pick<ContinueOptions, "adapters"> {
  /** Tokens behind each prompt, whatever they are. */
  readonly newTokens: number;
  /** Called when the first tokens are there. */
  readonly onFirst?: () => void;
}

/** The new tokens behind each prompt. */
export async function writeGreedily(
  continuer: Continuer,
  prompts: readonly ArrayLike<number>[],
  { newTokens, onFirst, ...options }: WritingOptions,
): Promise<number[][]> {
  const written = prompts.map((): number[] => []);
  const rules = prompts.map((_, i): TextRule => ({
    choose: likeliestToken,
    ends: (token) => written[i].push(token) >= newTokens,
  }));
  let isFirst = true;
  for await (const _ of continueTexts(continuer, prompts, rules, options)) {
    if (isFirst) onFirst?.();
    isFirst = false;
  }
  return written;
}
