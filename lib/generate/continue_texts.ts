/**
 * The loop of generation: texts go on token by token, each until its own end.
 *
 * @module
 */
import { interruption } from "../core/interruption.ts";
import { pauses } from "../core/pauses.ts";
import type { StackedAdapter } from "../nn/stacked_weights.ts";
import type { Continuer } from "./continuer.ts";
import type { TextCache } from "./text_cache.ts";

/** How one text goes on. */
export interface TextRule {
  /** The next token; `logits` [vocabSize] are its own and may be changed. */
  choose(logits: Float32Array): number;
  /** Whether the text ends with this token, which has just been chosen. */
  ends(token: number): boolean;
}

/** The next token of one of the texts. */
export interface NextToken {
  /** Which text, from 0. */
  readonly text: number;
  readonly token: number;
}

/** What the loop starts from. */
export interface ContinueOptions {
  /**
   * The rows of the texts, whose tokens before `prompts` it holds already. It is left with all that was
   * read; without it, rows that have ended are dropped.
   */
  readonly cache?: TextCache;
  /** The source of each prompt, where the model is an encoder-decoder and no cache has them. */
  readonly sources?: readonly ArrayLike<number>[] | undefined;
  /** The adapter of each prompt, where they differ and no cache has them. */
  readonly adapters?: readonly StackedAdapter[] | undefined;
  /** How many texts go on from each prompt, which is read once; 1 unless given. */
  readonly answers?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the prompts and chooses tokens until every text has ended. Texts that end leave the batch.
 * Yields the new tokens of each step. The last token of a text is chosen and not read.
 *
 * Throws an error of kind "interrupted" when the signal aborts.
 *
 * @param prompts the tokens to read first, at least one of each text
 * @param rules of all texts, those of the first prompt first
 */
export async function* continueTexts(
  continuer: Continuer,
  prompts: readonly ArrayLike<number>[],
  rules: readonly TextRule[],
  { cache: given, sources, adapters, answers = 1, signal }: ContinueOptions = {},
): AsyncGenerator<readonly NextToken[]> {
  const cache = given ?? continuer.begin(prompts.length, sources, adapters);
  const pause = pauses(signal);
  let texts = Array.from(rules.keys());
  let unread = prompts;
  for (let isFirst = true; texts.length > 0; isFirst = false) {
    await pause();
    let logits = await continuer.read(cache, unread, signal);
    if (signal?.aborted) throw interruption();
    if (isFirst && answers > 1) {
      const prompt = texts.map((text) => Math.floor(text / answers));
      cache.select(prompt);
      logits = prompt.map((row) => logits[row].slice());
    }
    const chosen = texts.map((text, row) => {
      const token = rules[text].choose(logits[row]);
      return { text, token, ends: rules[text].ends(token) };
    });
    const going = Array.from(chosen.keys()).filter((row) => !chosen[row].ends);
    if (given === undefined || going.length > 0) cache.select(going);
    texts = going.map((row) => texts[row]);
    unread = going.map((row) => [chosen[row].token]);
    yield chosen.map(({ text, token }) => ({ text, token }));
  }
}
