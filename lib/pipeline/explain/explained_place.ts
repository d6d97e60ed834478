/**
 * The explanation of what a model says at one token of a text.
 *
 * @module
 */
import { attributionBy } from "../../evaluate/explain/attribution_by.ts";
import type { ExplainMethod } from "../../evaluate/explain/explained.ts";
import { explainedText } from "../../evaluate/explain/explained_text.ts";
import type { ExplainTarget } from "../../evaluate/explain/explained_rows.ts";
import type { ExplainPrograms } from "../../evaluate/explain/explain_programs.ts";
import { faithfulnessOf } from "../../evaluate/explain/faithfulness.ts";
import { shownTextExplanation, type TextExplanation } from "./text_explanation.ts";
import type { TextWords } from "./text_words.ts";

/** How a place is explained, and what it is called. */
export interface ExplainedPlaceOptions {
  readonly method: ExplainMethod;
  readonly programs: ExplainPrograms;
  readonly signal: AbortSignal;
  readonly label: string;
  readonly against: string | undefined;
}

/** Explains a sum of logits by a method that gives values. */
export async function explainedPlace(
  texts: readonly string[],
  { words, tokens }: TextWords,
  target: ExplainTarget,
  { method, programs, signal, label, against }: ExplainedPlaceOptions,
): Promise<TextExplanation> {
  const explained = explainedText(tokens, { programs, target, signal });
  const { values, units, completenessError } = await attributionBy(method, explained);
  const [{ probability }] = await explained.scores([new Uint8Array(words.length).fill(1)]);
  const special = units?.reduce(
    (sum, value, token) => tokens.wordOf[token] < 0 ? sum + value : sum,
    0,
  );
  return shownTextExplanation({
    texts,
    method: method.name,
    label,
    ...(against === undefined ? {} : { against }),
    score: probability,
    words: words.map(({ of, start, end }, at) => ({
      word: texts[of].slice(start, end),
      ...{ of, start, end, value: values[at] },
    })),
    ...(special === undefined ? {} : { specialTokens: special }),
    ...(completenessError === undefined ? {} : { completenessError }),
    faithfulness: await faithfulnessOf(values, explained),
  });
}
