/**
 * Explains what a language model writes, token by token.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import type { ExplainMethod } from "../../evaluate/explain/explained.ts";
import type { ExplainPrograms } from "../../evaluate/explain/explain_programs.ts";
import { integratedGradients } from "../../evaluate/explain/integrated_gradients.ts";
import { nextToken } from "../../evaluate/explain/logits_at.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import { textProcessor } from "../../tasks/shared/text_examples.ts";
import type { AnyExamples } from "../run/assemble_stage.ts";
import { explainedPlace } from "./explained_place.ts";
import { refuseLongTexts } from "./explained_label.ts";
import type { ExplainableModel } from "./explainable_model.ts";
import type { ExplainOptions } from "./explain_options.ts";
import type { TextExplanation } from "./text_explanation.ts";
import { wordsOfTokens } from "./text_words.ts";
import { programsOf } from "./programs_of.ts";

/**
 * Explains the next token of each input, or so many tokens that are written one after the other, each the likeliest. All
 * explanations stand in one list, input by input.
 */
export async function explainNextTokens(
  inputs: readonly unknown[],
  options: ExplainOptions,
  model: ExplainableModel,
  signal: AbortSignal,
): Promise<TextExplanation[]> {
  const { task } = model;
  const { tokens = 1, method = integratedGradients() } = options;
  refuseMaps(method);
  const processor = textProcessor(task.task.name, model.processor);
  const prompts = inputs.map((input, at) =>
    task.writing!.promptOf(input, processor, `input ${at + 1}`)
  );
  refuseLongTexts(prompts.map(({ length }) => length + tokens - 1), processor.maxTokens);
  const { head } = task;
  const asked = { objective: () => ({ head, outputs: head.outputs }) } as unknown as AnyExamples;
  const trainable = model.trainableOf(asked);
  if (trainable.model.family.decoder) throw encoderDecoder(trainable.model.family.modelType);
  const programs = await programsOf(model, trainable, signal);
  try {
    const explanations: TextExplanation[] = [];
    for (const prompt of prompts) {
      let ids = Int32Array.from(prompt);
      for (let step = 0; step < tokens; step++) {
        const next = await nextToken(ids, programs);
        const context = { method, programs, processor, signal };
        explanations.push(await explainedToken(ids, next, options, context));
        if (next === processor.tokenizer.eosId) break;
        ids = Int32Array.of(...ids, next);
      }
    }
    return explanations;
  } finally {
    await programs.dispose();
  }
}

interface TokenContext {
  readonly method: ExplainMethod;
  readonly programs: ExplainPrograms;
  readonly processor: TextProcessor;
  readonly signal: AbortSignal;
}

async function explainedToken(
  ids: Int32Array,
  likeliest: number,
  { label, against, baseline }: ExplainOptions,
  { method, programs, processor, signal }: TokenContext,
): Promise<TextExplanation> {
  const { tokenizer } = processor;
  const output = label === undefined ? likeliest : idOf(label, processor);
  const other = against === undefined ? [] : [idOf(against, processor)];
  const place = ids.length - 1;
  const terms = [
    { place, output, weight: 1 },
    ...other.map((output) => ({ place, output, weight: -1 })),
  ];
  const { text, ...words } = wordsOfTokens(ids, processor, baseline);
  return await explainedPlace([text], words, terms, {
    ...{ method, programs, signal },
    label: tokenizer.decode([output]) || tokenizer.tokenText(output),
    against,
  });
}

function idOf(token: string, { tokenizer }: TextProcessor): number {
  const id = tokenizer.tokenId(token);
  if (id !== undefined) return id;
  throw new TunebookError(
    "input",
    `explain: the vocabulary has no token ${
      quoted(token)
    }; label and against are tokens as the vocabulary writes them`,
  );
}

function refuseMaps({ name, attribute }: ExplainMethod): void {
  if (attribute) return;
  throw new TunebookError(
    "input",
    `explain: ${name} does not say why a token was written; take integratedGradients()`,
  );
}

function encoderDecoder(modelType: string): TunebookError {
  return new TunebookError(
    "unsupported",
    `explain: what encoder-decoders write cannot be explained, and ${modelType} is one`,
  );
}
