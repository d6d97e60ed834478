/**
 * A language model with a trained adapter, opened to be sampled and to be compared with its base.
 *
 * @module
 */
import { type Method, tableFromColumns, textGeneration } from "tunebook";
import { openDevice } from "../lib/engine/mod.ts";
import { createContinuer } from "../lib/generate/continuer.ts";
import type { TextProcessor } from "../lib/nn/processor.ts";
import { parameters } from "../lib/nn/trainable_model.ts";
import { trainedTensors } from "../lib/nn/trained.ts";
import { attachMethod, loadWith, trainableOf } from "../lib/pipeline/run/assemble_stage.ts";
import { openStage, processorOf } from "../lib/pipeline/run/open_stage.ts";
import { generationDefaults } from "../lib/pipeline/write/text_model_of.ts";
import { openPolicy } from "../lib/reinforce/policy.ts";
import { initialParameters } from "../lib/train/initial_state.ts";
import { trainSettings } from "../lib/train/train_options.ts";

/** An answer with what the policy and its base think of it. */
export interface ComparedAnswer {
  /** Which of the prompts it answers. */
  readonly prompt: number;
  readonly text: string;
  readonly tokens: number;
  /** Σ log π − log π_base over its tokens, in nats: its mean estimates the KL divergence of whole answers. */
  readonly divergence: number;
}

/** How answers are sampled. */
export interface ComparedSampling {
  /** Answers to each prompt. */
  readonly answers: number;
  readonly maxNewTokens: number;
  readonly seed: number;
}

/**
 * Samples answers of a model with a method, from its whole distribution, and asks the model without the method how
 * likely they are.
 *
 * @param reference a language model
 * @param method with its weights, such as `peft(folder)`
 */
export async function comparedAnswers(
  reference: string,
  method: Method,
  prompts: readonly string[],
  { answers, maxNewTokens, seed }: ComparedSampling,
): Promise<ComparedAnswer[]> {
  const device = await openDevice("cpu");
  const opened = await openStage({ model: reference });
  const task = textGeneration({ text: "prompt" }).withLabels([]);
  const model = await loadWith(opened, task, { seed });
  const settings = trainSettings();
  const { adapter, maxTokens } = await attachMethod(model, method, opened, task, settings);
  const processor = processorOf(opened, maxTokens) as TextProcessor;
  const { writing } = task;
  const asked = prompts.map((prompt, row) => ({
    tokens: writing!.promptOf(prompt, processor, `prompt ${row + 1}`),
    row,
  }));
  const examples = await task.examples(
    tableFromColumns({ prompt: [...prompts] }),
    processor,
    { where: "the prompts" },
  );
  const trainable = trainableOf({ model, adapter }, examples, settings);
  const state = device.createState(trainedTensors(model, adapter), [parameters]);
  await state.write(parameters, initialParameters({ model, adapter }, seed));
  const held = device.holdWeights();
  const { stopTokens = [] } = await generationDefaults(opened);
  try {
    await using policy = openPolicy({
      ...{ trainable, state, device, processor, writing: writing!, held, stopTokens },
      continuer: () =>
        createContinuer({ model, adapter }, {
          device,
          state: () => Promise.resolve(state),
          held,
          keepsHead: true,
        }),
    });
    const sampling = { groupSize: answers, maxNewTokens, temperature: 1, seed, step: 0 };
    const sampled = (await policy.sample(asked, sampling)).flat();
    const promptOf = (at: number) => Math.floor(at / answers);
    const texts = sampled.map(({ tokens }, at) => ({
      tokens: Int32Array.of(...asked[promptOf(at)].tokens, ...tokens),
      answer: tokens.length,
    }));
    const base = await policy.logProbs(texts, { of: "reference", temperature: 1 });
    return sampled.map(({ text, tokens, logProbs }, at) => ({
      prompt: promptOf(at),
      text,
      tokens: tokens.length,
      divergence: logProbs.reduce((sum, each, token) => sum + each - base[at][token], 0),
    }));
  } finally {
    await held.dispose();
    state.dispose();
  }
}
