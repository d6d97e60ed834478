/**
 * Explains the tag of a word.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { integratedGradients } from "../../evaluate/explain/integrated_gradients.ts";
import { logitsAt } from "../../evaluate/explain/logits_at.ts";
import { textProcessor } from "../../tasks/shared/text_examples.ts";
import type { AnyExamples } from "../run/assemble_stage.ts";
import { explainedPlace } from "./explained_place.ts";
import { askedLabels, explainedLabel, labelTarget, refuseLongTexts } from "./explained_label.ts";
import type { ExplainableModel } from "./explainable_model.ts";
import type { ExplainOptions } from "./explain_options.ts";
import type { TextExplanation } from "./text_explanation.ts";
import { textWords } from "./text_words.ts";
import { programsOf } from "./programs_of.ts";
import { placesOfWord } from "./word_places.ts";

/** Explains the tag that a model gives the first token of a word, in each text where the word first stands. */
export async function explainTags(
  inputs: readonly unknown[],
  options: ExplainOptions,
  model: ExplainableModel,
  signal: AbortSignal,
): Promise<TextExplanation[]> {
  const { task } = model;
  const { word, method = integratedGradients(), baseline } = options;
  if (!method.attribute) {
    throw new TunebookError(
      "input",
      `explain: ${method.name} does not say why a word has its tag; take integratedGradients()`,
    );
  }
  const asked = askedLabels(task, options);
  const processor = textProcessor(task.task.name, model.processor);
  const texts = inputs.map((input) => [input].flat().map(String).join(" "));
  const all = texts.map((text) => textWords([text], processor, baseline));
  refuseLongTexts(all.map(({ tokens }) => tokens.ids.length), processor.maxTokens);
  const places = placesOfWord("explain", word, texts, all);
  const { head } = task;
  const lacking = { objective: () => ({ head, outputs: head.outputs }) } as unknown as AnyExamples;
  const programs = await programsOf(model, model.trainableOf(lacking), signal);
  try {
    const explanations: TextExplanation[] = [];
    for (const [row, words] of all.entries()) {
      const place = places[row];
      const label = explainedLabel(await logitsAt(place, words.tokens, programs), asked);
      const terms = labelTarget(task, label, asked).terms.map((term) => ({ ...term, place }));
      explanations.push(
        await explainedPlace([texts[row]], words, { terms, kind: "single" }, {
          ...{ method, programs, signal },
          label: task.labels[label],
          against: options.against,
        }),
      );
    }
    return explanations;
  } finally {
    await programs.dispose();
  }
}
