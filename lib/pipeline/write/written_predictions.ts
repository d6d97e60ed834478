/**
 * Held-out rows → what the model writes for them, with what is right.
 *
 * @module
 */
import type { Progress } from "../../core/progress.ts";
import type { TextModel } from "../../generate/text_model.ts";
import { type TextPredictions, textPredictions } from "../../nn/text_predictions.ts";
import type { WritingCase } from "../../nn/writing.ts";
import type { WritingOptions } from "../evaluate_options.ts";

/** How texts are written. */
export interface WriteCases {
  readonly generate: WritingOptions | undefined;
  /** Makes drawn tokens the same again where the options name no seed. */
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly progress?: Progress;
}

/** What a run writes with: greedily unless it is told to draw or to search. */
export function runOptionsOf(
  { generate = {}, seed }: Pick<WriteCases, "generate" | "seed">,
): WritingOptions & { readonly answers: number } {
  const { temperature = 0, beams = 1 } = generate;
  const how = temperature > 0
    ? { seed: generate.seed ?? seed }
    // A search keeps its other settings in the model's files only where no temperature is given.
    : beams > 1
    ? {}
    : { temperature: 0 };
  return { ...generate, answers: 1, ...how };
}

/**
 * Writes one answer to each case, in batches.
 *
 * Throws an error of kind "interrupted" when the signal aborts.
 */
export async function writtenPredictions(
  cases: readonly WritingCase[],
  textModel: TextModel,
  { signal, progress, ...how }: WriteCases,
): Promise<TextPredictions> {
  const most = cases.every(({ comparedTokens }) => comparedTokens !== undefined)
    ? { maxNewTokens: Math.max(...cases.map(({ comparedTokens }) => comparedTokens!)) }
    : {};
  const { minNewTokens = 0 } = how.generate ?? {};
  const isEnough = most.maxNewTokens === undefined || most.maxNewTokens >= minNewTokens;
  const options = { ...(isEnough ? most : {}), ...runOptionsOf(how), signal };
  const written = await textModel.generate(cases.map(({ input }) => input), options, progress);
  return textPredictions({
    inputs: cases.map(({ asked }) => asked),
    predicted: written.map(({ text, tokens }, at) => {
      const { comparedTokens, input } = cases[at];
      const isLonger = comparedTokens !== undefined && tokens.length > comparedTokens;
      return (isLonger ? textModel.textsBehind(input)(tokens.slice(0, comparedTokens)) : text)
        .trim();
    }),
    references: cases.map(({ references }) => references),
  });
}
