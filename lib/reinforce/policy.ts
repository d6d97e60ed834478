/**
 * The model in training as rollouts ask it. What is trained enters the sampler's and the scorer's programs as
 * inputs, from the state that the training moves: each is compiled once, and a step reloads nothing.
 *
 * @module
 */
import type { Device, HeldWeights, State } from "../engine/mod.ts";
import { createPredictor, type Predictor } from "../evaluate/predict.ts";
import { continueTexts } from "../generate/continue_texts.ts";
import type { Continuer } from "../generate/continuer.ts";
import { checkPrompt } from "../generate/generate.ts";
import { TextModel } from "../generate/text_model.ts";
import { TextWriter } from "../generate/text_writer.ts";
import { noAdapter } from "../nn/merge.ts";
import type { TextProcessor } from "../nn/processor.ts";
import type { Policy, PolicyAnswer, PolicySampling, SampledPrompt } from "../nn/rollout.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import type { Writing } from "../nn/writing.ts";
import { textExamples } from "../tasks/shared/text_examples.ts";
import { tokenLogProbabilities } from "../tasks/shared/token_log_probabilities.ts";
import { type OpenValues, openValues } from "./open_values.ts";
import { SampledText } from "./sampled_text.ts";

/** What a policy is made of. */
export interface PolicyParts {
  readonly trainable: TrainableModel;
  readonly state: State;
  readonly device: Device;
  readonly processor: TextProcessor;
  readonly writing: Writing;
  /** Tokens that end an answer, beside those of the task. */
  readonly stopTokens: readonly (number | string)[];
  /** Where the base's weights are held for all programs. */
  readonly held: HeldWeights;
  /** Makes what samples, from the state. */
  continuer(): Continuer;
  /** Opens what the policy is compared with: the model without its adapter unless given. */
  reference?(): Promise<ReferenceModel>;
}

/** A model as it is before a training. */
export interface ReferenceModel extends Pick<TrainableModel, "model" | "adapter"> {
  /** Its parameters, freed with what reads them; undefined where it has none. */
  readonly state: State | undefined;
}

/** Answers that are written at once, those of whole prompts: products of fewer rows are slower for each. */
const rowsAtOnce = 64;

/** A policy with programs of its own. */
export interface OpenPolicy extends Policy, AsyncDisposable {}

/** Opens a policy; each of its programs is compiled when it is first asked. */
export function openPolicy(parts: PolicyParts): OpenPolicy {
  const { processor, writing, stopTokens } = parts;
  const continuer = parts.continuer();
  // What a model's files say of drawing is not what a training draws by.
  const defaults = { stopTokens };
  const writer = new TextModel({ continuer, processor, writing, defaults });
  const scorers = new Map<string, Promise<Predictor>>();
  let valueFunction: Promise<OpenValues> | undefined;
  const scorerFor = (of: "policy" | "reference", temperature: number) => {
    const key = `${of} ${temperature}`;
    const known = scorers.get(key) ?? openScorer(parts, of, temperature);
    scorers.set(key, known);
    return known;
  };
  return {
    async sample(prompts, options) {
      const found: PolicyAnswer[][] = [];
      const most = Math.max(1, Math.floor(rowsAtOnce / options.groupSize));
      for (let start = 0; start < prompts.length; start += most) {
        const some = prompts.slice(start, start + most);
        found.push(...await sampleTogether({ writer, continuer, processor }, some, options));
      }
      return found;
    },
    async logProbs(texts, { of, temperature, signal }) {
      const scorer = await scorerFor(of, temperature);
      const sequences = texts.map(({ tokens }, row) => ({ ids: tokens, row }));
      const rows = textExamples({ rows: texts.length, sequences, truncated: 0 }, processor);
      const found = await scorer.outputs(rows, { signal });
      return found.map((each, at) => each.slice(each.length - texts[at].answer));
    },
    async values(texts, { signal }) {
      valueFunction ??= openValues(parts);
      return await (await valueFunction).of(texts, { signal });
    },
    async [Symbol.asyncDispose]() {
      await continuer.dispose();
      for (const scorer of scorers.values()) await (await scorer).dispose();
      await (await valueFunction)?.dispose();
    },
  };
}

async function openScorer(
  { trainable, state: present, device, held, reference }: PolicyParts,
  of: "policy" | "reference",
  temperature: number,
): Promise<Predictor> {
  const { model, objective: learned } = trainable;
  const perRow = tokenLogProbabilities(learned.outputs, temperature);
  const objective = { ...learned, perRow };
  const { state, ...asked } = of === "policy"
    ? { ...trainable, state: present }
    : await reference?.() ?? { model, adapter: noAdapter, state: undefined };
  const { outputs, dispose } = await createPredictor({ ...asked, objective }, device, state, {
    held,
  });
  return {
    outputs,
    async dispose() {
      await dispose();
      if (of === "reference") state?.dispose();
    },
  };
}

async function sampleTogether(
  { writer, continuer, processor: { tokenizer } }: {
    readonly writer: TextModel;
    readonly continuer: Continuer;
    readonly processor: TextProcessor;
  },
  prompts: readonly SampledPrompt[],
  { groupSize, step, signal, notedTemperature, ...how }: PolicySampling,
): Promise<PolicyAnswer[][]> {
  const { maxNewTokens, temperature, topK, topP, minP, stop, seed } = how;
  const options = { maxNewTokens, temperature, topK, topP, minP, stop, seed };
  const groups = prompts.map(({ tokens: prompt, row }) => {
    checkPrompt(continuer, prompt, `the prompt of row ${row + 1}`);
    const { settings, constraint } = writer.requestOf(prompt, options);
    return Array.from({ length: groupSize }, (_, member) => {
      const room = continuer.maxTokens - prompt.length;
      const path = [step, row, member];
      const deadline = Infinity;
      const text = { tokenizer, settings, prompt, room, path, constraint, deadline };
      return new SampledText(new TextWriter(text), notedTemperature ?? temperature);
    });
  });
  const tokens = prompts.map(({ tokens }) => tokens);
  const texts = continueTexts(continuer, tokens, groups.flat(), { answers: groupSize, signal });
  for await (const _ of texts);
  return groups.map((group) => group.map(({ answer }) => answer));
}
