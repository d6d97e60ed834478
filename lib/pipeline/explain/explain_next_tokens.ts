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
 * Explains the next token of each input, or so many tokens that are written one after the other, each the likeliest: by
 * the words before it, and of an encoder-decoder by the words of the source. All explanations stand in one list, input
 * by input.
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
  const prompts = promptsOf(inputs, task, processor);
  refuseLongTexts(prompts.map(({ start }) => start.length + tokens - 1), processor.maxTokens);
  const { head } = task;
  const asked = { objective: () => ({ head, outputs: head.outputs }) } as unknown as AnyExamples;
  const trainable = model.trainableOf(asked);
  const programs = await programsOf(model, trainable, signal);
  const context = { method, programs, processor, signal };
  try {
    const explanations: TextExplanation[] = [];
    for (const { source, start } of prompts) {
      let ids = start;
      for (let step = 0; step < tokens; step++) {
        const next = source
          ? await nextToken(source, programs, ids)
          : await nextToken(ids, programs);
        explanations.push(await explainedToken({ source, ids }, next, options, context));
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

/** What is answered to, and what the answer begins with. */
interface Prompt {
  /** Present where the model is an encoder-decoder. */
  readonly source?: Int32Array | undefined;
  readonly start: Int32Array;
}

function promptsOf(
  inputs: readonly unknown[],
  { writing }: ExplainableModel["task"],
  processor: TextProcessor,
): Prompt[] {
  const forced = writing!.forcedFirstToken?.(processor);
  return inputs.map((input, at) => {
    const where = `input ${at + 1}`;
    const start = Int32Array.from(writing!.promptOf(input, processor, where));
    const source = writing!.sourceOf?.(input, processor, where);
    return {
      start: source && forced !== undefined ? Int32Array.of(...start, forced) : start,
      ...(source ? { source: Int32Array.from(source) } : {}),
    };
  });
}

async function explainedToken(
  { source, ids }: { readonly source: Int32Array | undefined; readonly ids: Int32Array },
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
  const { text, words, tokens } = wordsOfTokens(source ?? ids, processor, baseline);
  const read = { words, tokens: { ...tokens, ...(source ? { decoderIds: ids } : {}) } };
  return await explainedPlace([text], read, { terms, kind: "single" }, {
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
