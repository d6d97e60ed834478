/**
 * What a translation model writes for messages, and how like it is to what translators wrote.
 *
 * @module
 */
import { chrf, type TextPredictions, textPredictions } from "../../mod.ts";
import { rowInterval } from "../../lib/pipeline/compare/score_interval.ts";
import type { Pair } from "./rows.ts";

/** What writes: an opened folder, or the result of a run. */
interface Writer {
  generate(
    inputs: readonly string[],
    options: { readonly beams: number; readonly maxNewTokens: number },
  ): Promise<readonly { readonly text: string }[]>;
}

/** Beams as in OPUS-MT's own scores; no message of these rows needs more tokens. */
const settings = { beams: 4, maxNewTokens: 48 };

/** The translations of some messages beside those of the translators. */
export async function written(model: Writer, pairs: readonly Pair[]): Promise<TextPredictions> {
  const answers = await model.generate(pairs.map(({ source }) => source), settings);
  return textPredictions({
    inputs: pairs.map(({ source }) => source),
    predicted: answers.map(({ text }) => text),
    references: pairs.map(({ target }) => target),
  });
}

/** `chrF 41.2 (39.0 to 43.5)`: the score with its bootstrap interval over the messages, 95 %. */
export function scoreOf(texts: TextPredictions): string {
  const { mean, low, high } = rowInterval(chrf, texts);
  return `chrF ${mean.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`;
}
